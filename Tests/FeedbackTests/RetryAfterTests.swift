import Feedback
import Testing
import Timekeeping

/// Rows of what-users-ask.md, section 3b, and of RFC 9110 section 10.2.3.
@Suite struct RetryAfterTests {
  /// Sat, 28 Feb 2026 12:00:00 GMT.
  static let date = WallTime(secondsSinceEpoch: 1_772_280_000)

  @Test(arguments: [
    ("0", 0), ("1", 1000), ("12", 12_000), (" 12 ", 12_000), ("\t12", 12_000), ("007", 7000),
    ("2.0", 2000), ("0.5", 500), ("1336.57", 1_336_570), ("1e1", 10_000), ("15E-1", 1500),
    ("-5", 0), ("-0.5", 0), ("198300", 86_400_000), ("86400", 86_400_000),
    ("1e9", 86_400_000), ("1000000000", 86_400_000),
    ("1, 5", 5000), ("5, 1", 5000), ("abc, 5", 5000), ("5,", 5000), (", 5 ,, 3", 5000),
  ])
  func aNumberIsADelayInSecondsUpToADay(value: String, milliseconds: Int) {
    #expect(RetryAfter.delay(value, date: nil) == .milliseconds(milliseconds))
    #expect(RetryAfter.delay(value, date: Self.date) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", " ", ",", "abc", "2²", "²", "٥", "５", "0x10", "1_000", "5s", "1 2", ".5", "5.", "+5", "--5",
    "-", "1e", "1e+", "e5", "Infinity", "inf", "NaN", "nan", "1.2.3", "\u{0}5", "5\u{0}",
    "Sat, 28 Feb", "soon, please",
  ])
  func whatIsNeitherNumberNorDateIsIgnored(value: String) {
    #expect(RetryAfter.delay(value, date: Self.date) == nil)
  }

  @Test(arguments: [
    ("Sat, 28 Feb 2026 12:00:30 GMT", 30), ("Saturday, 28-Feb-26 12:00:30 GMT", 30),
    ("Sat Feb 28 12:00:30 2026", 30), ("Sat, 28 Feb 2026 12:00:00 GMT", 0),
    ("Sat, 28 Feb 2026 11:59:59 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
    ("Mon, 02 Mar 2026 12:00:00 GMT", 86_400),
    ("Sat, 28 Feb 2026 12:00:30 GMT, Sat, 28 Feb 2026 12:00:40 GMT", 40),
    ("50, Sat, 28 Feb 2026 12:00:40 GMT", 50), ("Sat, 28 Feb 2026 12:00:40 GMT, 20", 40),
  ])
  func aDateIsMeasuredAgainstTheAnswersOwnDate(value: String, seconds: Int) {
    #expect(RetryAfter.delay(value, date: Self.date) == .seconds(seconds))
  }

  @Test func aDateWithoutTheAnswersDateIsIgnored() {
    #expect(RetryAfter.delay("Sat, 28 Feb 2026 12:00:30 GMT", date: nil) == nil)
    #expect(RetryAfter.delay("Sat, 28 Feb 2026 12:00:30 GMT, 7", date: nil) == .seconds(7))
  }

  @Test(arguments: [
    ("1772280030", 30_000), ("1772280030.5", 30_500), ("1772280030500", 30_500),
    ("1772280030500000", 30_500), ("1772280030500000000", 30_500), ("1772279990", 0),
    ("1000000001", 0), ("4102444800", 86_400_000), ("9e99", 86_400_000),
  ])
  func aPointInTimeWrittenByMistakeIsMeasuredAgainstTheDate(value: String, milliseconds: Int) {
    #expect(RetryAfter.delay(value, date: Self.date) == .milliseconds(milliseconds))
    #expect(RetryAfter.delay(value, date: nil) == nil)
  }

  @Test func aSpanOfMillisecondsIsItsOwnUnit() {
    #expect(RetryAfter.milliseconds("250") == .milliseconds(250))
    #expect(RetryAfter.milliseconds("0.25") == .microseconds(250))
    #expect(RetryAfter.milliseconds("-1") == .zero)
    #expect(RetryAfter.milliseconds("1e99") == RetryAfter.longest)
    #expect(RetryAfter.milliseconds("soon") == nil)
  }

  @Test func aFractionFinerThanANanosecondIsRoundedUp() {
    #expect(RetryAfter.delay("0.0000000001", date: nil) == .nanoseconds(1))
    let barelyMore = RetryAfter.delay("1.00000000000000000000000001", date: nil)
    #expect(barelyMore == .nanoseconds(1_000_000_001))
    #expect(RetryAfter.delay("1e-999999999999999999999", date: nil) == .nanoseconds(1))
    #expect(RetryAfter.delay("0e999999999999999999999", date: nil) == .zero)
  }
}
