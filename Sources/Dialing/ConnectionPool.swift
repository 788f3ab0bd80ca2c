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
  private let perTarget: Int
  /// The bounds of time in nanoseconds.
  private let longestIdle: Int64
  private let longestLife: Int64
  /// The slots that are kept or hold connections.
  private var slots: [DialTarget: PoolSlot] = [:]
  private var sweep: Timer?
  /// Takes what an idle connection receives, to tell TLS's own messages from an origin's bytes.
  private let scratch = ByteBuffer()

  /// A pool of the connections that `dialer` makes.
  public init(_ loop: EventLoop, _ dialer: Dialer, bounds: Bounds) {
    self.loop = loop
    self.dialer = dialer
    perTarget = bounds.perTarget
    longestIdle = bounds.idle.wholeNanoseconds
    longestLife = bounds.age.wholeNanoseconds
    sweep = Timer(loop) { [unowned self] in closeExpired() }
    dialer.adopt = { [unowned self] connection in
      // It idles before its first request, so it may be as dead as one that was used.
      connection.uses = 1
      giveBack(connection, at: loop.now)
    }
  }

  /// Idle connections in all.
  public var idleCount: Int { slots.values.reduce(0) { $0 + $1.idle.count } }

  /// The slot of a target whose connections are asked for again and again; it stays.
  public func keepSlot(for target: DialTarget) -> PoolSlot {
    let slot = slot(for: target)
    list(slot)
    slot.isKept = true
    return slot
  }

  /// The slot of a target: the one that stays or holds connections, otherwise a new one.
  public func slot(for target: DialTarget) -> PoolSlot {
    slots[target] ?? PoolSlot(target, of: self)
  }

  /// The slot with the same target that the pool knows, this one if it knows none.
  private func known(_ slot: PoolSlot) -> PoolSlot {
    slot.isListed ? slot : slots[slot.target] ?? slot
  }

  private func list(_ slot: PoolSlot) {
    guard !slot.isListed else { return }
    slot.isListed = true
    slots[slot.target] = slot
  }

  /// Forgets a slot without connections, unless it stays.
  private func drop(_ slot: PoolSlot) {
    guard !slot.isKept else { return }
    slot.isListed = false
    slots[slot.target] = nil
  }

  /// An idle connection of the slot, the most recently used one; nil when there is none.
  public func take(_ slot: PoolSlot, at now: Instant) -> UpstreamConnection? {
    while let connection = slot.idle.popLast() {
      connection.isIdle = false
      if slot.idle.isEmpty { drop(slot) }
      guard now < connection.freshUntil else {
        connection.close()
        continue
      }
      connection.uses += 1
      return connection
    }
    return nil
  }

  /// Makes a connection for the slot, waiting at `point` for it.
  ///
  /// - Throws: `DialFailure`. Returns nil when `isAbandoned` became true first.
  public func dial(
    _ slot: PoolSlot, at point: WaitPoint, unless isAbandoned: () -> Bool
  ) async throws(DialFailure) -> UpstreamConnection? {
    let connection: UpstreamConnection?
    do {
      connection = try await dialer.dial(slot, at: point, unless: isAbandoned)
    } catch {
      guard error.kind == .resourcesExhausted else { throw error }
      // The descriptors that idle connections hold are worth more to a request that waits. There
      // may be none left when several dials failed together: the first has closed them for all.
      closeAll()
      await closeOthers()
      connection = try await dialer.dial(slot, at: point, unless: isAbandoned)
    }
    connection?.uses = 1
    return connection
  }

  /// Keeps a connection whose answer was read to its end for the next request.
  public func giveBack(_ connection: UpstreamConnection, at now: Instant) {
    let stream = connection.stream
    stream.endMessage()
    connection.freshUntil = min(
      connection.born.advanced(byNanoseconds: longestLife),
      now.advanced(byNanoseconds: longestIdle))
    let slot = known(connection.slot)
    guard now < connection.freshUntil, slot.idle.count < perTarget, isQuiet(stream) else {
      return connection.close()
    }
    connection.isIdle = true
    stream.waitPoint = connection
    connection.slot = slot
    slot.idle.append(connection)
    list(slot)
    if sweep?.deadline == nil { sweep?.set(connection.freshUntil) }
  }

  /// Closes the idle connections of the process's other pools: descriptors are the process's.
  public var closeOthers: () async -> Void = {}

  /// Closes every idle connection.
  public func closeAll() {
    for slot in Array(slots.values) { closeIdle(of: slot) { _ in false } }
    sweep?.set(nil)
  }

  /// Closes the idle connections of a slot but those that are kept.
  private func closeIdle(of slot: PoolSlot, but isKept: (UpstreamConnection) -> Bool) {
    let all = slot.idle
    slot.idle = all.filter(isKept)
    guard slot.idle.count < all.count else { return }
    for connection in all where !isKept(connection) { connection.close() }
    if slot.idle.isEmpty { drop(slot) }
  }

  /// Whether nothing has come on the connection but, at most, TLS's own messages.
  private func isQuiet(_ stream: any ByteStream) -> Bool {
    guard stream.canReceive else { return true }
    scratch.clear()
    do {
      return try stream.receive(into: scratch) == nil
    } catch {
      return false
    }
  }

  func disturbed(_ connection: UpstreamConnection) {
    guard !isQuiet(connection.stream) else { return }
    closeIdle(of: connection.slot) { $0 !== connection }
  }

  private func closeExpired() {
    let now = loop.now
    var next: Instant?
    for slot in Array(slots.values) {
      closeIdle(of: slot) { now < $0.freshUntil }
      for connection in slot.idle { next = min(next ?? .distantFuture, connection.freshUntil) }
    }
    sweep?.set(next)
  }
}
