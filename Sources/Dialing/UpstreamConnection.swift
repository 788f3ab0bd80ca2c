import Events
import Timekeeping

/// A connection to an origin, its unread bytes, and how often it has served.
public final class UpstreamConnection {
  /// The bytes' way in and out.
  public let stream: any ByteStream
  /// Where it leads.
  public let target: DialTarget
  /// When it was made.
  public let born: Instant
  /// Requests it has carried.
  public internal(set) var uses = 0
  var idleSince: Instant = .distantFuture
  /// When the system may be asked for the round trip again.
  private var nextLook = Instant(nanoseconds: .min)
  /// Told when anything happens while the connection is idle.
  var whenDisturbed: (() -> Void)?

  init(_ stream: any ByteStream, to target: DialTarget, at now: Instant) {
    self.stream = stream
    self.target = target
    born = now
  }

  /// Whether an earlier request went over it: the origin may have closed it since.
  public var isReused: Bool { uses > 1 }

  /// The smallest round trip the system has seen on it; nil when it does not know, and for 10 s
  /// after each time it was asked.
  public func leastRoundTrip(at now: Instant) -> Duration? {
    guard now >= nextLook else { return nil }
    nextLook = now + .seconds(10)
    return stream.leastRoundTrip
  }

  /// Ends the connection.
  public func close() {
    whenDisturbed = nil
    stream.waitPoint = nil
    stream.close()
  }
}

extension UpstreamConnection: Wakeable {
  /// Something happened on an idle connection.
  public func wake() { whenDisturbed?() }
}
