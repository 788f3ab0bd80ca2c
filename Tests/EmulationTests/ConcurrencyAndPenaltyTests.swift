import Emulation
import Limits
import Seeding
import Testing
import Timekeeping

@Suite struct ConcurrencyAndPenaltyTests {
  static func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  @Test(arguments: [1, 2, 7]) func nobodyMoreThanAllowedIsAtWork(allow: Int) {
    var limiter = ServerConcurrency(allow: allow)
    var random = SplitMix64(seed: 21)
    var work: [(begin: Int64, end: Int64)] = []
    var now: Int64 = 0
    for round in 0..<500 {
      now += Int64.random(in: 0...3, using: &random)
      let span = Int64.random(in: 0...20, using: &random)
      let busy = work.filter { $0.begin <= now && now < $0.end }.map(\.end).sorted()
      let verdict = limiter.arrive(at: Self.at(now), taking: .milliseconds(span))
      #expect(verdict.isAccepted == (busy.count < allow), "seed 21, round \(round)")
      if verdict.isAccepted {
        work.append((now, now + span))
      } else {
        #expect(verdict.retryAfter == .milliseconds((busy.first ?? now) - now))
        #expect(verdict.remaining == 0)
      }
      let last = work.map(\.end).max() ?? now
      #expect(limiter.isIdle(at: Self.at(last)))
      #expect(last == now || !limiter.isIdle(at: Self.at(max(now, last - 1))))
    }
  }

  @Test func withoutAPenaltyALimiterIsAsItIs() {
    let bare = ServerWindow(rate: Rate(allow: 2, per: .milliseconds(50)), rejectsCount: true)
    var (window, wrapped) = (bare, PenalisedLimiter(bare, penalty: nil, rejectsCount: true))
    var random = SplitMix64(seed: 4)
    var now: Int64 = 0
    for _ in 0..<500 {
      now += Int64.random(in: 0...40, using: &random)
      #expect(wrapped.arrive(at: Self.at(now)) == window.arrive(at: Self.at(now)), "seed 4")
      #expect(wrapped.isIdle(at: Self.at(now)) == window.isIdle(at: Self.at(now)))
    }
  }

  @Test(arguments: [false, true]) func whoWaitsIsForgivenAndWhoHammersWaitsLonger(counts: Bool) {
    let window = ServerWindow(rate: Rate(allow: 1, per: .milliseconds(10)), rejectsCount: counts)
    var limiter = PenalisedLimiter(window, penalty: .milliseconds(100), rejectsCount: counts)
    #expect(limiter.arrive(at: Self.at(0)).isAccepted)
    #expect(limiter.arrive(at: Self.at(5)).retryAfter == .milliseconds(100))
    #expect(!limiter.isIdle(at: Self.at(104)))
    #expect(limiter.arrive(at: Self.at(105)).isAccepted)
    #expect(limiter.arrive(at: Self.at(106)).retryAfter == .milliseconds(100))
    // 200, 400, ... 6,400 ms after each request, and no longer.
    for factor in [2, 4, 8, 16, 32, 64, 64, 64] {
      let verdict = limiter.arrive(at: Self.at(107))
      #expect(!verdict.isAccepted && verdict.remaining == 0)
      #expect(verdict.retryAfter == .milliseconds(100 * factor))
      #expect(verdict.untilClear >= verdict.retryAfter)
    }
    #expect(!limiter.arrive(at: Self.at(6_506)).isAccepted)
    #expect(limiter.arrive(at: Self.at(6_506 + 6_400)).isAccepted)
    #expect(limiter.arrive(at: Self.at(6_506 + 6_401)).retryAfter == .milliseconds(100))
  }

  @Test func aWindowThatIsResizedKeepsWhatItCounted() {
    var window = ServerWindow(rate: Rate(allow: 5, per: .milliseconds(100)))
    for instant in 0..<5 { #expect(window.arrive(at: Self.at(Int64(instant))).isAccepted) }
    window.resize(to: 2)
    // Room for two when the fourth has left: at 103 ms one of five is counted.
    #expect(window.arrive(at: Self.at(10)).retryAfter == .milliseconds(93))
    #expect(!window.arrive(at: Self.at(102)).isAccepted)
    #expect(window.arrive(at: Self.at(103)).isAccepted)
    window.resize(to: 4)
    #expect(window.arrive(at: Self.at(103)).remaining == 1)
  }

  @Test func aWindowOfChangingSizeAnswersAsItsDefinitionDoes() {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      var window = ServerWindow(rate: Rate(allow: 4, per: .milliseconds(50)))
      var (allow, now) = (4, Int64(0))
      var counted: [Int64] = []
      for round in 0..<300 {
        now += Int64.random(in: 0...12, using: &random)
        if Int.random(in: 0..<6, using: &random) == 0 {
          allow = Int.random(in: 1...12, using: &random)
          window.resize(to: allow)
        }
        let inside = counted.filter { $0 > now - 50 }.count
        if inside < allow { counted.append(now) }
        let verdict = window.arrive(at: Self.at(now))
        #expect(verdict.isAccepted == (inside < allow), "seed \(seed), round \(round)")
        let after = counted.filter { $0 > now - 50 }
        let wait = after.count < allow ? 0 : after[after.count - allow] + 50 - now
        #expect(verdict.retryAfter == .milliseconds(wait), "seed \(seed), round \(round)")
      }
    }
  }

  @Test func aClockThatStepsBackEndsNoRestrictionAndLengthensNone() {
    let window = ServerWindow(rate: Rate(allow: 1, per: .milliseconds(10)))
    var limiter = PenalisedLimiter(window, penalty: .milliseconds(100), rejectsCount: false)
    #expect(limiter.arrive(at: Self.at(1_000)).isAccepted)
    #expect(limiter.arrive(at: Self.at(0)).retryAfter == .milliseconds(100))
    #expect(limiter.arrive(at: Self.at(500)).retryAfter == .milliseconds(200))
    #expect(limiter.arrive(at: Self.at(1_200)).isAccepted)
  }

  @Test func aBurstIsGrantedOnceAndRefillsSlowly() {
    var window = ServerBurstWindow(
      rate: Rate(allow: 3, per: .milliseconds(100)), burst: 4, rejectsCount: false)
    let accepted = (0..<10).map { _ in window.arrive(at: Self.at(0)).isAccepted }
    #expect(accepted.count(where: { $0 }) == 7)
    // A token of the burst takes 250 ms; the window has room when four of seven have left.
    #expect(window.arrive(at: Self.at(50)).retryAfter == .milliseconds(50))
    let later = (0..<10).map { _ in window.arrive(at: Self.at(100)).isAccepted }
    #expect(later.count(where: { $0 }) == 3)
    let rested = (0..<10).map { _ in window.arrive(at: Self.at(1_100)).isAccepted }
    #expect(rested.count(where: { $0 }) == 7)
    #expect(!window.isIdle(at: Self.at(1_200)) && window.isIdle(at: Self.at(2_200)))
  }
}
