import Events
import Testing
import Timekeeping

@testable import Dialing

@Suite struct ConnectionPoolTests {
  private let loop: EventLoop
  private let pool: ConnectionPool
  private let start = Instant(nanoseconds: 1_000_000_000)

  init() throws {
    loop = try EventLoop()
    pool = ConnectionPool(
      loop, try Dialer(loop, timeout: .seconds(5), lookUps: 4),
      bounds: .init(idle: .seconds(20), age: .seconds(60), perTarget: 3))
  }

  private func target(_ host: String) -> DialTarget {
    DialTarget(isSecure: true, host: host, port: 443)
  }

  /// A connection that was made `born` seconds after the start and has served once.
  private func connection(in slot: PoolSlot, born: Int = 0) -> UpstreamConnection {
    let made = UpstreamConnection(ScriptedStream(), in: slot, at: start + .seconds(born))
    made.uses = 1
    return made
  }

  private func stream(of connection: UpstreamConnection) -> ScriptedStream? {
    connection.stream as? ScriptedStream
  }

  @Test func `the youngest is taken first, from its own target alone, and each once`() {
    let (one, other) = (pool.keepSlot(for: target("a")), pool.keepSlot(for: target("b")))
    let made = (0..<3).map { _ in connection(in: one) }
    for each in made { pool.giveBack(each, at: start) }
    #expect(pool.idleCount == 3)
    #expect(pool.take(other, at: start) == nil)
    for each in made.reversed() { #expect(pool.take(one, at: start) === each) }
    #expect(pool.take(one, at: start) == nil)
    #expect(made.allSatisfy { $0.uses == 2 && $0.isReused && stream(of: $0)?.isClosed == false })
  }

  @Test func `no more are kept than the bound, and none once all are closed`() {
    let slot = pool.keepSlot(for: target("a"))
    let made = (0..<4).map { _ in connection(in: slot) }
    for each in made { pool.giveBack(each, at: start) }
    #expect(made.map { stream(of: $0)?.isClosed } == [false, false, false, true])
    pool.closeAll()
    #expect(made.allSatisfy { stream(of: $0)?.isClosed == true })
    #expect(pool.idleCount == 0 && pool.take(slot, at: start) == nil)
  }

  struct Row {
    var born = 0
    let given: Int
    let taken: Int
    let isFresh: Bool
  }

  @Test(arguments: [
    Row(given: 1, taken: 20, isFresh: true),
    Row(given: 1, taken: 21, isFresh: false),
    Row(given: 59, taken: 59, isFresh: true),
    Row(given: 50, taken: 60, isFresh: false),
    Row(given: 60, taken: 60, isFresh: false),
    Row(born: 10, given: 60, taken: 69, isFresh: true),
  ])
  func `one that is too old or idle for too long is closed and not taken`(row: Row) {
    let slot = pool.keepSlot(for: target("a"))
    let made = connection(in: slot, born: row.born)
    pool.giveBack(made, at: start + .seconds(row.given))
    let taken = pool.take(slot, at: start + .seconds(row.taken))
    #expect((taken === made) == row.isFresh)
    #expect(stream(of: made)?.isClosed == !row.isFresh)
  }

  @Test(arguments: [
    (ScriptedStream.Find.bytes(1), false), (.bytes(0), false), (.failure, false), (.nothing, true),
  ])
  func `bytes and ends close it, idle or about to be, but TLS's own messages do not`(
    find: ScriptedStream.Find, isKept: Bool
  ) {
    let slot = pool.keepSlot(for: target("a"))
    let (early, late) = (connection(in: slot), connection(in: slot))
    stream(of: early)?.finds = [find]
    pool.giveBack(early, at: start)
    #expect(stream(of: early)?.isClosed == !isKept)
    pool.giveBack(late, at: start)
    stream(of: late)?.finds = [find]
    late.stream.waitPoint?.wake()
    #expect(stream(of: late)?.isClosed == !isKept)
    #expect(pool.idleCount == (isKept ? 2 : 0))
  }

  @Test func `what happens on a connection that was taken is not the pool's concern`() {
    let slot = pool.keepSlot(for: target("a"))
    let made = connection(in: slot)
    pool.giveBack(made, at: start)
    #expect(pool.take(slot, at: start) === made)
    stream(of: made)?.finds = [.bytes(1)]
    made.wake()
    #expect(stream(of: made)?.isClosed == false)
    #expect(stream(of: made)?.finds.count == 1)
  }

  @Test func `a target that nobody keeps is known while it has connections`() {
    let slot = pool.slot(for: target("a"))
    #expect(pool.slot(for: target("a")) !== slot)
    pool.giveBack(connection(in: slot), at: start)
    #expect(pool.slot(for: target("a")) === slot)
    let spent = connection(in: PoolSlot(target("c"), of: pool), born: -60)
    pool.giveBack(spent, at: start)
    #expect(pool.slot(for: target("c")) !== spent.slot)
    // Made before the other slot was known: they are found together all the same.
    let late = PoolSlot(target("a"), of: pool)
    pool.giveBack(connection(in: late), at: start)
    #expect(slot.idle.count == 2 && late.idle.isEmpty)
    for _ in 0..<2 { #expect(pool.take(slot, at: start) != nil) }
    #expect(pool.slot(for: target("a")) !== slot)
    #expect(pool.keepSlot(for: target("b")) === pool.keepSlot(for: target("b")))
  }
}
