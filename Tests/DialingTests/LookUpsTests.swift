import Events
import Testing
import Timekeeping

@testable import Dialing

@Suite struct LookUpsTests {
  private let loop: EventLoop
  private let start = Instant(nanoseconds: 1_000_000_000)
  private let failure = DialFailure(kind: .dnsError, detail: "no such name")

  init() throws { loop = try EventLoop() }

  private func lookUps(_ bound: Int) -> LookUps {
    LookUps(bound: bound, patience: .seconds(2))
  }

  private func target(_ host: String, isPublicOnly: Bool = false) -> DialTarget {
    DialTarget(isSecure: true, host: host, port: 443, isPublicOnly: isPublicOnly)
  }

  @Test func `so many names are looked up at once and no more`() {
    let lookUps = lookUps(3)
    for name in ["a", "b", "c"] { #expect(lookUps.begin(target(name), now: start)) }
    #expect(!lookUps.begin(target("d"), now: start))
    lookUps.end(target("b"), failure, now: start)
    #expect(lookUps.running == 2)
    #expect(lookUps.begin(target("d"), now: start))
  }

  @Test func `hosts outside the policy leave half of the threads to the others`() {
    let lookUps = lookUps(4)
    for name in ["a", "b"] { #expect(lookUps.begin(target(name, isPublicOnly: true), now: start)) }
    #expect(!lookUps.begin(target("c", isPublicOnly: true), now: start))
    for name in ["d", "e"] { #expect(lookUps.begin(target(name), now: start)) }
    #expect(!lookUps.begin(target("f"), now: start))
  }

  @Test func `a name is looked up again only when that takes long, and four times at most`() {
    let lookUps = lookUps(64)
    let point = WaitPoint(loop)
    #expect(lookUps.join(target("a"), at: point, now: start) == nil)
    for round in 0..<4 {
      let now = start + .seconds(2 * round)
      #expect(lookUps.join(target("A"), at: point, now: now) == nil, "round \(round)")
      #expect(lookUps.begin(target("a"), now: now))
      #expect(lookUps.join(target("a"), at: point, now: now + .milliseconds(1999)) != nil)
      #expect(lookUps.join(target("b"), at: point, now: now) == nil)
    }
    #expect(lookUps.join(target("a"), at: point, now: start + .seconds(1000)) != nil)
    #expect(!lookUps.begin(target("a"), now: start + .seconds(1000)))
    #expect(lookUps.running == 4)
  }

  @Test(arguments: [true, false])
  func `who waits for a name hears how its look-up ended`(isFound: Bool) throws {
    let lookUps = lookUps(64)
    let point = WaitPoint(loop)
    #expect(lookUps.begin(target("a"), now: start))
    let joiner = try #require(lookUps.join(target("a"), at: point, now: start))
    let gone = try #require(lookUps.join(target("a"), at: point, now: start))
    lookUps.leave(gone, target("a"))
    #expect(joiner.outcome == nil)
    lookUps.end(target("a"), isFound ? nil : failure, now: start)
    #expect(joiner.outcome == .some(isFound ? nil : failure))
    #expect(gone.outcome == nil)
    #expect(lookUps.running == 0)
  }

  @Test func `nobody waits for a name whose address is known, while others look it up again`() {
    let lookUps = lookUps(64)
    let point = WaitPoint(loop)
    for _ in 0..<2 { #expect(lookUps.begin(target("a"), now: start)) }
    lookUps.end(target("a"), nil, now: start)
    #expect(lookUps.join(target("a"), at: point, now: start + .seconds(1)) == nil)
    #expect(lookUps.running == 1)
  }

  @Test func `addresses and this machine's own name need no look-up`() {
    for host in ["127.0.0.1", "::1", "localhost", "LocalHost"] {
      #expect(target(host).isNumeric, "\(host)")
    }
    for host in ["a.test", "localhost.test", "1.2.3.4.test", "0x7f.1"] {
      #expect(!target(host).isNumeric, "\(host)")
    }
  }
}
