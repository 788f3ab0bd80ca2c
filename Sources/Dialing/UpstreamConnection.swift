import Events
import Timekeeping

/// A connection to an origin, its unread bytes, and how often it has served.
public final class UpstreamConnection {
  /// The bytes' way in and out.
  public let stream: any ByteStream
  /// Where it waits between requests.
  var slot: PoolSlot
  /// Whether it is TLS.
  public let isSecure: Bool
  /// When it was made.
  let born: Instant
  /// Requests it has carried.
  var uses = 0
  /// When it may serve no longer unless it is used until then; only while it is idle.
  var freshUntil: Instant = .distantFuture
  /// Whether it waits in its slot.
  var isIdle = false
  /// When the system may be asked for the round trip again.
  private var nextLook = Instant(nanoseconds: .min)

  init(_ stream: any ByteStream, in slot: PoolSlot, at now: Instant) {
    self.stream = stream
    self.slot = slot
    isSecure = slot.target.isSecure
    born = now
  }

  /// Whether an earlier request went over it: the origin may have closed it since.
  public var isReused: Bool { uses > 1 }

  /// The smallest round trip the system has seen on it; nil when it does not know, and for 10 s
  /// after each time it was asked.
  public func leastRoundTrip(at now: Instant) -> Duration? {
    guard now >= nextLook else { return nil }
    nextLook = now.advanced(byNanoseconds: 10_000_000_000)
    return stream.leastRoundTrip
  }

  /// Ends the connection.
  public func close() {
    isIdle = false
    stream.waitPoint = nil
    stream.close()
  }
}

extension UpstreamConnection: Wakeable {
  /// Something happened on an idle connection.
  public func wake() { if isIdle { slot.pool.disturbed(self) } }
}
