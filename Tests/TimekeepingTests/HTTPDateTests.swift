import Testing
import Timekeeping

@Suite struct HTTPDateTests {
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
    ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777),
    ("Wed Nov 16 08:49:37 1994", 784_975_777),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Tue, 29 Feb 2028 23:59:60 GMT", 1_835_481_600),
    ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
  ])
  func everyFormARecipientMustAcceptNamesItsInstant(text: String, seconds: Int64) {
    #expect(HTTPDate.parse(text) == WallTime(secondsSinceEpoch: seconds))
  }

  @Test(arguments: [
    "", " ", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 30 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun,  06 Nov 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 CET", "Sunday 06-Nov-94 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994", "Sun Nov  16 08:49:37 1994", "Sun Nov  6 08:49:37 94",
    "Sun Nov 06 08:49 1994", "Sun, ٠٦ Nov 1994 08:49:37 GMT", "a b c d", "a b c d e", "a b c d e f",
  ])
  func whatIsNoneOfTheThreeFormsIsRefused(text: String) {
    #expect(HTTPDate.parse(text) == nil)
  }

  @Test(arguments: [
    (2026, "76", 2076), (2026, "77", 1977), (2026, "26", 2026), (2026, "99", 1999),
    (1994, "94", 1994), (1994, "44", 2044), (1994, "45", 1945), (2049, "00", 2000),
    (2050, "00", 2100),
  ])
  func aTwoDigitYearLiesAtMostFiftyYearsAhead(now: Int, digits: String, year: Int) throws {
    let reference = HTTPDate.parse("Thu, 01 Jan \(now) 00:00:00 GMT")
    let read = HTTPDate.parse("Thursday, 01-Jan-\(digits) 00:00:00 GMT", near: reference)
    #expect(read == HTTPDate.parse("Thu, 01 Jan \(year) 00:00:00 GMT"))
    #expect(read != nil)
  }

  @Test(arguments: [("69", 2069), ("70", 1970), ("00", 2000)])
  func aTwoDigitYearWithoutAReferenceLiesFrom1970To2069(digits: String, year: Int) {
    let read = HTTPDate.parse("Thursday, 01-Jan-\(digits) 00:00:00 GMT")
    #expect(read == HTTPDate.parse("Thu, 01 Jan \(year) 00:00:00 GMT"))
    #expect(read != nil)
  }

  @Test func whatIsWrittenIsReadBack() {
    for seconds in stride(from: Int64(-60_000_000_000), through: 250_000_000_000, by: 98_765_431) {
      // Years of five digits have no HTTP-date.
      let time = WallTime(secondsSinceEpoch: min(seconds, 9_000_000_000))
      #expect(HTTPDate.parse(HTTPDate.text(of: time)) == time)
    }
  }
}
