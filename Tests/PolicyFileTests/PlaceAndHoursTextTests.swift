import Seeding
import Testing

@testable import PolicyFile

@Suite("Pointers, hours and shares") struct PlaceAndHoursTextTests {
  @Test("read back every path of names", arguments: [1, 2, 3] as [UInt64])
  func pointers(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let letters: [Unicode.Scalar] = ["a", "~", "/", "0", "1", "é", " ", "\"", "\u{301}"]
    for _ in 0..<500 {
      let names = (0...random.next() % 9).map { _ in
        (0..<random.next() % 4).map { _ in letters[Int(random.next() % 9)] }
      }
      let text = names.map { name in
        "/" + name.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
      }.joined()
      let read = (try? PointerText.parse(text)).map { $0.map { Array($0.unicodeScalars) } }
      #expect(read == (names.count <= 8 ? names : nil), "seed \(seed): \(names)")
    }
  }

  @Test(
    "tell pointers that are none",
    arguments: [
      "", "a", "a/b", "~1", "/~", "/a~2", "/a~/b", "/" + String(repeating: "a", count: 512),
    ])
  func noPointers(text: String) {
    #expect(throws: Misread.self) { try PointerText.parse(text) }
  }

  @Test("read every minute of a day and no other")
  func minutes() {
    for hour in 0...99 {
      for minute in 0...99 {
        let time = "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        let read = try? HoursText.parse("\(time)-12:30 UTC")
        let minutes = hour * 60 + minute
        let isTime = minute < 60 && minutes <= 1440 && minutes != 750
        #expect(
          read?.from == (isTime ? Int64(minutes % 1440) * 60_000_000_000 : nil), "\(time)")
      }
    }
  }

  @Test(
    "tell hours that are none",
    arguments: [
      "", "12:30", "1:00-02:00 UTC", "01:00-2:00 UTC", "01:00 - 02:00 UTC", "01:00-02:00-03:00 UTC",
      "01.00-02.00 UTC", "+1:00-02:00 UTC", "01:00-02:00", "01:00–02:00 UTC", "0١:00-02:00 UTC",
    ])
  func noHours(text: String) {
    #expect(throws: Misread.self) { try HoursText.parse(text) }
  }

  @Test(
    "read shares within their range",
    arguments: [
      ("0%", 0), ("7%", 7), ("100%", 100), ("101%", nil), ("-1%", nil), ("+1%", nil), ("%", nil),
      ("", nil), ("20", nil), ("20 %", nil), ("2.5%", nil), ("0007%", nil), ("٣%", nil),
    ] as [(String, Int?)])
  func shares(text: String, expected: Int?) {
    #expect((try? PercentText.parse(text, in: 0...100)) == expected)
    #expect((try? PercentText.parse(text, in: 8...90)) == nil)
  }
}
