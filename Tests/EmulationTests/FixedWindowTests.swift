import Emulation
import Limits
import Seeding
import Testing
import Timekeeping

/// Fixed windows and the two-counter window against models that remember every arrival.
@Suite struct FixedWindowTests {
  static let rows: [(Int, Int64, Bool)] = [1, 2, 5, 40].flatMap { (allow: Int) in
    [
      (allow, 1, false), (allow, 10, false), (allow, 997, false), (allow, 1, true),
      (allow, 10, true), (allow, 997, true),
    ]
  }

  /// Instants around the rate, negative ones too: bursts, small steps, whole windows, long pauses.
  static func instants(_ span: Int64, seed: UInt64) -> [Int64] {
    var random = SplitMix64(seed: seed)
    var now = -2 * span
    return (0..<800).map { _ in
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1, 2: break
      case 3, 4, 5: now += Int64.random(in: 0...max(1, span / 4), using: &random)
      case 6: now += span
      default: now += Int64.random(in: 0...(3 * span), using: &random)
      }
      return now
    }
  }

  static func begin(of now: Int64, _ span: Int64) -> Int64 {
    var begin = now / span * span
    while begin > now { begin -= span }
    return begin
  }

  @Test(arguments: rows) func anAlignedWindowCountsWhatStandsInIt(
    allow: Int, span: Int64, firstHit: Bool
  ) {
    let seed = UInt64(allow) &* 31 &+ UInt64(span)
    let rate = Rate(allow: allow, per: .nanoseconds(span))
    var window = ServerFixedWindow(rate: rate, alignment: firstHit ? .firstHit : .clock)
    var counted: [Int64] = []
    var hit: Int64?
    for now in Self.instants(span, seed: seed) {
      if let begun = hit, now - begun >= span { hit = nil }
      let begin = firstHit ? hit ?? now : Self.begin(of: now, span)
      hit = begin
      let inside = counted.filter { $0 >= begin }.count
      if inside < allow { counted.append(now) }
      let verdict = window.arrive(at: Instant(nanoseconds: now))
      #expect(verdict.isAccepted == (inside < allow), "seed \(seed), at \(now)")
      let remaining = max(0, allow - inside - 1)
      #expect(verdict.remaining == remaining)
      #expect(verdict.retryAfter == .nanoseconds(remaining > 0 ? 0 : begin + span - now))
      #expect(verdict.untilClear == .nanoseconds(begin + span - now))
      #expect(!window.isIdle(at: Instant(nanoseconds: begin + span - 1)))
      #expect(window.isIdle(at: Instant(nanoseconds: begin + span)))
    }
  }

  @Test(arguments: rows) func twoCountersAnswerAsTheFormulaDoes(
    allow: Int, span: Int64, rejectsCount: Bool
  ) {
    let seed = UInt64(allow) &* 37 &+ UInt64(span)
    let rate = Rate(allow: allow, per: .nanoseconds(span))
    var window = ServerTwoCounterWindow(rate: rate, rejectsCount: rejectsCount)
    var counts: [Int64: Int] = [:]
    func fits(_ now: Int64) -> Bool {
      let begin = Self.begin(of: now, span)
      let fading = Int64(counts[begin - span] ?? 0) * (span - (now - begin))
      return fading + Int64((counts[begin] ?? 0) + 1) * span <= Int64(allow) * span
    }
    for now in Self.instants(span, seed: seed) {
      let isAccepted = fits(now)
      if isAccepted || rejectsCount { counts[Self.begin(of: now, span), default: 0] += 1 }
      let verdict = window.arrive(at: Instant(nanoseconds: now))
      #expect(verdict.isAccepted == isAccepted, "seed \(seed), at \(now)")
      var wait: Int64 = 0
      while !fits(now + wait) { wait += 1 }
      #expect(verdict.retryAfter == .nanoseconds(wait), "seed \(seed), at \(now)")
      #expect((verdict.remaining > 0) == (wait == 0))
      let clear = now + verdict.untilClear.wholeNanoseconds
      #expect(window.isIdle(at: Instant(nanoseconds: clear)))
      #expect(!window.isIdle(at: Instant(nanoseconds: clear - 1)))
    }
  }

  @Test func twoCountersRefuseABurstThatASlidingLogWouldTake() {
    let rate = Rate(allow: 100, per: .seconds(60))
    var counters = ServerTwoCounterWindow(rate: rate)
    var log = ServerWindow(rate: rate)
    // A burst at the beginning of a window, and as much as soon as the log has forgotten it.
    for second in [0, 60] {
      let now = Instant(nanoseconds: Int64(second) * 1_000_000_000)
      let accepted = (0..<100).map { _ in
        (counters.arrive(at: now).isAccepted, log.arrive(at: now).isAccepted)
      }
      #expect(accepted.count(where: \.1) == 100)
      #expect(accepted.count(where: \.0) == (second == 0 ? 100 : 0))
    }
  }

  @Test func spendingTakesWhatIsLeftAndNoMore() {
    var window = ServerFixedWindow(rate: Rate(allow: 10, per: .seconds(1)), alignment: .clock)
    let now = Instant(nanoseconds: 0)
    #expect(window.spend(upTo: 7, at: now).spent == 7)
    #expect(window.spend(upTo: 7, at: now).spent == 3)
    let (spent, verdict) = window.spend(upTo: 7, at: now)
    #expect(spent == 0 && !verdict.isAccepted && verdict.retryAfter == .seconds(1))
    #expect(window.spend(upTo: 7, at: now + .seconds(1)).spent == 7)
  }
}
