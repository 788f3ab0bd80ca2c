import Events
import Timekeeping

/// Connections that wait for their next request, by target.
///
/// An idle connection is watched: any byte and any close end it, so that nothing an origin sends
/// unasked can become the answer to the next request (RFC 9112 section 9.2). The youngest is taken
/// first; those too long idle or too old are closed.
public final class ConnectionPool {
  /// How long and how many connections are kept.
  public struct Bounds: Sendable {
    /// Longest time idle.
    public let idle: Duration
    /// Longest life; an older connection serves its request and is closed.
    public let age: Duration
    /// Most idle connections to one target.
    public let perTarget: Int

    /// Bounds as given.
    public init(idle: Duration, age: Duration, perTarget: Int) {
      self.idle = idle
      self.age = age
      self.perTarget = perTarget
    }
  }

  private let loop: EventLoop
  private let dialer: Dialer
  private let bounds: Bounds
  private var idle: [DialTarget: [UpstreamConnection]] = [:]
  private var sweep: Timer?
  /// Takes what an idle connection receives, to tell TLS's own messages from an origin's bytes.
  private let scratch = ByteBuffer()

  /// A pool of the connections that `dialer` makes.
  public init(_ loop: EventLoop, _ dialer: Dialer, bounds: Bounds) {
    self.loop = loop
    self.dialer = dialer
    self.bounds = bounds
    sweep = Timer(loop) { [unowned self] in closeExpired() }
    dialer.adopt = { [unowned self] connection in
      // It idles before its first request, so it may be as dead as one that was used.
      connection.uses = 1
      giveBack(connection)
    }
  }

  /// Idle connections in all.
  public var idleCount: Int { idle.values.reduce(0) { $0 + $1.count } }

  /// An idle connection to the target, the most recently used one; nil when there is none.
  public func take(_ target: DialTarget) -> UpstreamConnection? {
    while let connection = idle[target]?.popLast() {
      if idle[target]?.isEmpty == true { idle[target] = nil }
      connection.whenDisturbed = nil
      guard isFresh(connection, at: loop.now) else {
        connection.close()
        continue
      }
      connection.uses += 1
      return connection
    }
    return nil
  }

  /// A connection to the target: an idle one, or a new one, waiting at `point` for it.
  ///
  /// - Throws: `DialFailure`. Returns nil when `isAbandoned` became true first.
  public func connect(
    _ target: DialTarget, fresh: Bool = false, at point: WaitPoint, unless isAbandoned: () -> Bool
  ) async throws(DialFailure) -> UpstreamConnection? {
    if !fresh, let connection = take(target) { return connection }
    let connection: UpstreamConnection?
    do {
      connection = try await dialer.dial(target, at: point, unless: isAbandoned)
    } catch {
      guard error.kind == .resourcesExhausted else { throw error }
      // The descriptors that idle connections hold are worth more to a request that waits. There
      // may be none left when several dials failed together: the first has closed them for all.
      closeAll()
      connection = try await dialer.dial(target, at: point, unless: isAbandoned)
    }
    connection?.uses = 1
    return connection
  }

  /// Keeps a connection whose answer was read to its end for the next request.
  public func giveBack(_ connection: UpstreamConnection) {
    let now = loop.now
    connection.stream.endMessage()
    guard isFresh(connection, at: now, idleSince: now),
      idle[connection.target, default: []].count < bounds.perTarget, isQuiet(connection)
    else { return connection.close() }
    connection.idleSince = now
    connection.whenDisturbed = { [unowned self, unowned connection] in disturbed(connection) }
    connection.stream.waitPoint = connection
    idle[connection.target, default: []].append(connection)
    if sweep?.deadline == nil { sweep?.set(now + bounds.idle) }
  }

  /// Closes every idle connection.
  public func closeAll() {
    for connection in idle.values.joined() { connection.close() }
    idle = [:]
    sweep?.set(nil)
  }

  private func isFresh(
    _ connection: UpstreamConnection, at now: Instant, idleSince: Instant? = nil
  ) -> Bool {
    now - connection.born < bounds.age
      && now - (idleSince ?? connection.idleSince) < bounds.idle
  }

  /// Whether nothing has come on the connection but, at most, TLS's own messages.
  private func isQuiet(_ connection: UpstreamConnection) -> Bool {
    guard connection.stream.canReceive else { return true }
    scratch.clear()
    do {
      return try connection.stream.receive(into: scratch) == nil
    } catch {
      return false
    }
  }

  private func disturbed(_ connection: UpstreamConnection) {
    guard !isQuiet(connection) else { return }
    connection.close()
    idle[connection.target]?.removeAll { $0 === connection }
    if idle[connection.target]?.isEmpty == true { idle[connection.target] = nil }
  }

  private func closeExpired() {
    let now = loop.now
    var oldest: Instant?
    for (target, connections) in idle {
      let kept = connections.filter { isFresh($0, at: now) }
      for connection in connections where !isFresh(connection, at: now) { connection.close() }
      idle[target] = kept.isEmpty ? nil : kept
      if let first = kept.first?.idleSince { oldest = min(oldest ?? first, first) }
    }
    sweep?.set(oldest.map { $0 + bounds.idle })
  }
}
