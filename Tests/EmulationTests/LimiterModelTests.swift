import Emulation
import Limits
import Seeding
import Testing
import Timekeeping

/// The limiters against models that remember everything and recompute every answer.
@Suite struct LimiterModelTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let allow: Int
    let nanoseconds: Int64
    let burst: Int
    let rejectsCount: Bool
    var rate: Rate { Rate(allow: allow, per: .nanoseconds(nanoseconds)) }
    var testDescription: String { "\(allow) per \(nanoseconds) ns, \(burst), \(rejectsCount)" }
  }

  static let rows = [1, 2, 3, 7, 50].flatMap { allow in
    [Int64(1), 10, 997, 6_000].flatMap { span in
      [1, 4].flatMap { burst in
        [false, true].map {
          Row(allow: allow, nanoseconds: span, burst: burst, rejectsCount: $0)
        }
      }
    }
  }

  /// Arrivals around the rate: bursts at one instant, exact spacings, idle stretches.
  static func arrivals(of row: Row, seed: UInt64) -> [Int64] {
    var random = SplitMix64(seed: seed)
    var now: Int64 = 0
    return (0..<600).map { _ in
      let even = max(1, row.nanoseconds / Int64(row.allow))
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1: break
      case 2: now += Int64.random(in: 0...even, using: &random)
      case 3: now += even
      default: now += Int64.random(in: 0...row.nanoseconds, using: &random)
      }
      return now
    }
  }

  @Test(arguments: rows) func aWindowAnswersAsItsDefinitionDoes(row: Row) {
    let seed = UInt64(row.allow) &* 1_000_003 &+ UInt64(row.nanoseconds)
    var window = ServerWindow(rate: row.rate, rejectsCount: row.rejectsCount)
    var counted: [Int64] = []
    for now in Self.arrivals(of: row, seed: seed) {
      let inside = counted.filter { $0 > now - row.nanoseconds && $0 <= now }.count
      let isAccepted = inside < row.allow
      if isAccepted || row.rejectsCount { counted.append(now) }
      let verdict = window.arrive(at: Instant(nanoseconds: now))
      #expect(verdict.isAccepted == isAccepted, "seed \(seed), at \(now)")
      let after = counted.filter { $0 > now - row.nanoseconds }
      #expect(verdict.remaining == max(0, row.allow - after.count))
      // The window has room again when all but allow - 1 of its arrivals have left.
      let leaving = after.count >= row.allow ? after[after.count - row.allow] : nil
      let wait = leaving.map { $0 + row.nanoseconds - now } ?? 0
      #expect(verdict.retryAfter == .nanoseconds(wait), "seed \(seed), at \(now)")
      let clear = after.last.map { $0 + row.nanoseconds - now } ?? 0
      #expect(verdict.untilClear == .nanoseconds(clear))
    }
  }

  @Test(arguments: rows) func aBucketAnswersAsItsDefinitionDoes(row: Row) {
    let seed = UInt64(row.allow) &* 7_000_003 &+ UInt64(row.nanoseconds)
    var bucket = ServerBucket(rate: row.rate, burst: row.burst, rejectsCount: row.rejectsCount)
    // The model steps one nanosecond at a time, in parts of a token.
    let (allow, token) = (Int64(row.allow), row.nanoseconds)
    let capacity = token * Int64(row.burst)
    var level = capacity
    var clock: Int64 = 0
    for now in Self.arrivals(of: row, seed: seed) {
      while clock < now, level < capacity {
        level = min(capacity, level + allow)
        clock += 1
      }
      clock = now
      let isAccepted = level >= token
      if isAccepted || row.rejectsCount { level = max(level - token, min(level, -capacity)) }
      let verdict = bucket.arrive(at: Instant(nanoseconds: now))
      #expect(verdict.isAccepted == isAccepted, "seed \(seed), at \(now)")
      #expect(verdict.remaining == Int(max(0, level) / token))
      var wait: Int64 = 0
      while level + wait * allow < token { wait += 1 }
      #expect(verdict.retryAfter == .nanoseconds(wait), "seed \(seed), at \(now)")
      let clear = (capacity - level + allow - 1) / allow
      #expect(verdict.untilClear == .nanoseconds(clear))
    }
  }

  @Test func retryingWhenToldIsAcceptedAndANanosecondEarlierIsNot() {
    let rate = Rate(allow: 7, per: .seconds(60))
    var random = SplitMix64(seed: 11)
    for _ in 0..<200 {
      var bucket = ServerBucket(rate: rate, burst: 3)
      var window = ServerWindow(rate: rate)
      var now = Instant(nanoseconds: 0)
      var delays = [Duration.zero, .zero]
      while delays.contains(.zero) {
        now = now + .nanoseconds(Int64.random(in: 0...2_000_000_000, using: &random))
        delays = [bucket.arrive(at: now).retryAfter, window.arrive(at: now).retryAfter]
      }
      var (early, earlyWindow) = (bucket, window)
      #expect(!early.arrive(at: now + delays[0] - .nanoseconds(1)).isAccepted)
      #expect(!earlyWindow.arrive(at: now + delays[1] - .nanoseconds(1)).isAccepted)
      #expect(bucket.arrive(at: now + delays[0]).isAccepted)
      #expect(window.arrive(at: now + delays[1]).isAccepted)
    }
  }

  @Test func countedRefusalsKeepAHammeredLimiterShut() {
    let rate = Rate(allow: 2, per: .seconds(10))
    var strict = ServerWindow(rate: rate, rejectsCount: true)
    var mild = ServerWindow(rate: rate, rejectsCount: false)
    var bucket = ServerBucket(rate: rate, burst: 2, rejectsCount: true)
    var accepted = [0, 0, 0]
    for second in 0..<100 {
      let now = Instant(nanoseconds: Int64(second) * 1_000_000_000)
      if strict.arrive(at: now).isAccepted { accepted[0] += 1 }
      if mild.arrive(at: now).isAccepted { accepted[1] += 1 }
      if bucket.arrive(at: now).isAccepted { accepted[2] += 1 }
    }
    #expect(accepted == [2, 20, 2])
    // Left alone, both forgive: the window after its span, the bucket after its debt.
    #expect(strict.arrive(at: Instant(nanoseconds: 109_000_000_001)).isAccepted)
    #expect(bucket.arrive(at: Instant(nanoseconds: 115_000_000_000)).isAccepted)
  }

  @Test func aClockThatStepsBackCountsAsStandingStill() {
    var bucket = ServerBucket(rate: Rate(allow: 1, per: .seconds(1)), burst: 1)
    var window = ServerWindow(rate: Rate(allow: 1, per: .seconds(1)))
    let later = Instant(nanoseconds: 5_000_000_000)
    #expect(bucket.arrive(at: later).isAccepted && window.arrive(at: later).isAccepted)
    let earlier = Instant(nanoseconds: 1)
    #expect(bucket.arrive(at: earlier).retryAfter == .seconds(1))
    #expect(window.arrive(at: earlier).retryAfter == .seconds(1))
    #expect(bucket.arrive(at: later + .seconds(1)).isAccepted)
    #expect(window.arrive(at: later + .seconds(1)).isAccepted)
  }
}
