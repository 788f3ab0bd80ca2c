import Feedback
import Seeding
import Testing
import Timekeeping

/// Delays under a dialect that knows nothing but HTTP.
///
/// Rows of what-users-ask.md, section 3b, and of RFC 9110 section 10.2.3.
@Suite struct RetryAfterTests {
  /// Sat, 28 Feb 2026 12:00:00 GMT.
  static let date = "Sat, 28 Feb 2026 12:00:00 GMT"

  /// The delay that an answer 429 with this `Retry-After` states, `date` being its own `Date`.
  static func delay(_ value: String, date: String?) -> Duration? {
    let fields = ["retry-after": value, "date": date]
    return Dialect(name: "http").read(status: 429, field: { fields[$0] ?? nil }, body: [])
      .signal?.delay
  }

  @Test(arguments: [
    ("0", 0), ("1", 1000), ("12", 12_000), (" 12 ", 12_000), ("\t12", 12_000), ("007", 7000),
    ("2.0", 2000), ("0.5", 500), ("1336.57", 1_336_570), ("1e1", 10_000), ("15E-1", 1500),
    ("-5", 0), ("-0.5", 0), ("198300", 198_300_000), ("86400", 86_400_000),
    ("1e9", 3_456_000_000), ("1000000000", 3_456_000_000), ("5s", 5000), ("1m30s", 90_000),
    ("1, 5", 5000), ("5, 1", 5000), ("abc, 5", 5000), ("5,", 5000), (", 5 ,, 3", 5000),
  ])
  func aNumberIsADelayInSecondsUpToFortyDays(value: String, milliseconds: Int) {
    #expect(Self.delay(value, date: nil) == .milliseconds(milliseconds))
    #expect(Self.delay(value, date: Self.date) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", " ", ",", "abc", "2²", "²", "٥", "５", "0x10", "1_000", "1 2", ".5", "5.", "+5", "--5",
    "-", "1e", "1e+", "e5", "Infinity", "inf", "NaN", "nan", "1.2.3", "\u{0}5", "5\u{0}",
    "Sat, 28 Feb", "soon, please",
  ])
  func whatIsNeitherNumberNorDateIsIgnored(value: String) {
    #expect(Self.delay(value, date: Self.date) == nil)
  }

  @Test(arguments: [
    ("Sat, 28 Feb 2026 12:00:30 GMT", 30), ("Saturday, 28-Feb-26 12:00:30 GMT", 30),
    ("Sat Feb 28 12:00:30 2026", 30), ("Sat, 28 Feb 2026 12:00:00 GMT", 0),
    ("Sat, 28 Feb 2026 11:59:59 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
    ("Mon, 02 Mar 2026 12:00:00 GMT", 172_800),
    ("Sat, 28 Feb 2026 12:00:30 GMT, Sat, 28 Feb 2026 12:00:40 GMT", 40),
    ("50, Sat, 28 Feb 2026 12:00:40 GMT", 50), ("Sat, 28 Feb 2026 12:00:40 GMT, 20", 40),
  ])
  func aDateIsMeasuredAgainstTheAnswersOwnDate(value: String, seconds: Int) {
    #expect(Self.delay(value, date: Self.date) == .seconds(seconds))
  }

  @Test func aDateWithoutTheAnswersDateIsIgnored() {
    #expect(Self.delay("Sat, 28 Feb 2026 12:00:30 GMT", date: nil) == nil)
    #expect(Self.delay("Sat, 28 Feb 2026 12:00:30 GMT, 7", date: nil) == .seconds(7))
  }

  @Test(arguments: [
    ("1772280030", 30_000), ("1772280030.5", 30_500), ("1772280030500", 30_500),
    ("1772280030500000", 30_500), ("1772280030500000000", 30_500), ("1772279990", 0),
    ("1000000001", 0), ("4102444800", 3_456_000_000), ("9e99", 3_456_000_000),
  ])
  func aPointInTimeWrittenByMistakeIsMeasuredAgainstTheDate(value: String, milliseconds: Int) {
    #expect(Self.delay(value, date: Self.date) == .milliseconds(milliseconds))
    #expect(Self.delay(value, date: nil) == nil)
  }

  @Test(arguments: [("86400", Signal.Kind.limit), ("86400.5", .quota), ("198300", .quota)])
  func aLimitOfMoreThanADayIsAQuota(value: String, kind: Signal.Kind) {
    let signal = Dialect(name: "http")
      .read(status: 429, field: { $0 == "retry-after" ? value : nil }, body: []).signal
    #expect(signal?.kind == kind)
  }

  @Test func anOverloadIsWaitedOutForADayAtMost() {
    let signal = Dialect(name: "http")
      .read(status: 503, field: { $0 == "retry-after" ? "198300" : nil }, body: []).signal
    #expect(
      signal
        == Signal(kind: .overload, scope: .api, delay: RetryAfter.longest, isUnprocessed: false))
  }

  @Test func aFractionFinerThanANanosecondIsRoundedUp() {
    #expect(Self.delay("0.0000000001", date: nil) == .nanoseconds(1))
    let barelyMore = Self.delay("1.00000000000000000000000001", date: nil)
    #expect(barelyMore == .nanoseconds(1_000_000_001))
    #expect(Self.delay("1e-999999999999999999999", date: nil) == .nanoseconds(1))
    #expect(Self.delay("0e999999999999999999999", date: nil) == .zero)
  }

  @Test func anyDateIsMeasuredToTheSecond() {
    let seed: UInt64 = 0x5EED_0003
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let start = Int64.random(in: 0...4_000_000_000, using: &random)
      let span = Int64.random(in: 0...3_000_000, using: &random)
      let texts = [start, start + span].map { HTTPDate.text(of: WallTime(secondsSinceEpoch: $0)) }
      #expect(
        Self.delay(texts[1], date: texts[0]) == .seconds(span), "seed \(seed): \(texts)")
    }
  }

  @Test(arguments: [
    "Sat, 28 Fed 2026 12:00:00 GMT", "Sat, 30 Feb 2026 12:00:00 GMT",
    "Sat, 28 Feb 2026 24:00:00 GMT", "Sat, 28 Feb 2026 12:60:00 GMT",
    "Sat, 28 Feb 2026 12:00:61 GMT", "Sat, 28 Feb 2026 12:00:00 UTC",
    "Sat; 28 Feb 2026 12:00:00 GMT", "Sat, 28-Feb-2026 12:00:00 GMT",
    "Sat, 2a Feb 2026 12:00:00 GMT", "Sat, 28 Feb 2026 12.00.00 GMT",
  ])
  func aDateThatIsNoneMeasuresNothing(date: String) {
    #expect(Self.delay("Sat, 28 Feb 2026 12:00:30 GMT", date: date) == nil)
    #expect(Self.delay("30", date: date) == .seconds(30))
  }
}
