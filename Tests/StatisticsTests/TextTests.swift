import Statistics
import Testing
import Timekeeping

/// Spans and tables for people.
@Suite struct TextTests {
  @Test(
    arguments: [
      (0, "0 s"), (-5, "0 s"), (1, "1 ms"), (999_000_000, "999 ms"), (999_000_001, "1 s"),
      (12_340_000_000, "12.4 s"), (59_900_000_000, "59.9 s"), (59_910_000_000, "1 min"),
      (61_000_000_000, "1 min 1 s"), (3_600_000_000_000, "1 h"), (7_830_000_000_000, "2 h 11 min"),
      (86_400_000_000_000, "1 d"), (100_000_000_000_000, "1 d 4 h"),
      (Int64.max, "106752 d"),
    ] as [(Int64, String)])
  func `Spans have two units, rounded up`(nanoseconds: Int64, text: String) {
    #expect(SpanText.text(.nanoseconds(nanoseconds)) == text)
  }

  @Test func `Columns line up, and control characters do no harm`() {
    var table = TextTable([.left("name"), .right("n")])
    table.add(["a", "1"])
    table.add(["long\u{1B}name", "200", "extra"])
    table.add([])
    #expect(
      table.text(indent: 1) == " name         n\n a            1\n long name  200\n\n")
  }

  @Test func `A distribution of long spans keeps them`() {
    var waits = WaitHistogram(longest: .seconds(30 * 86_400))
    waits.record(.seconds(20 * 86_400))
    let kept = waits.percentile(100)
    #expect(kept > .seconds(19 * 86_400) && kept < .seconds(21 * 86_400))
  }
}
