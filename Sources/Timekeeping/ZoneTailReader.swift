/// Reads a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 8536 3.3.1 and 3.3.2).
struct ZoneTailReader {
  private let text: ArraySlice<UInt8>
  private var next: Int

  init(text: ArraySlice<UInt8>) {
    self.text = text
    next = text.startIndex
  }

  mutating func tail() throws(ZoneFault) -> ZoneTail {
    try skipName()
    let standard = -(try clock(hours: 0...24))
    if isAtEnd { return ZoneTail(standard: standard, summer: nil) }
    try skipName()
    // Summer is one hour ahead unless it says otherwise.
    let offset = peek == UInt8(ascii: ",") ? standard + 3600 : -(try clock(hours: 0...24))
    let start = try change()
    let end = try change()
    guard isAtEnd else { throw fault }
    return ZoneTail(
      standard: standard, summer: ZoneTail.Summer(offset: offset, start: start, end: end))
  }

  private var isAtEnd: Bool { next == text.endIndex }
  private var peek: UInt8? { isAtEnd ? nil : text[next] }
  private var fault: ZoneFault { .footer(at: next - text.startIndex) }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    next += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ZoneFault) {
    guard take(character) else { throw fault }
  }

  /// Letters, or letters, digits and signs between angle brackets.
  private mutating func skipName() throws(ZoneFault) {
    let isQuoted = take("<")
    let start = next
    while let byte = peek {
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      let isOther =
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: "-")
      guard isLetter || (isQuoted && isOther) else { break }
      next += 1
    }
    guard next - start >= 3 else { throw fault }
    if isQuoted { try expect(">") }
  }

  private mutating func number(_ bounds: ClosedRange<Int>) throws(ZoneFault) -> Int {
    let start = next
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { next += 1 }
    guard let value = Digits.value(text[start..<next]), bounds.contains(value) else { throw fault }
    return value
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  private mutating func clock(hours: ClosedRange<Int>) throws(ZoneFault) -> Int64 {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    var seconds = try number(hours) * 3600
    if take(":") {
      seconds += try number(0...59) * 60
      if take(":") { seconds += try number(0...59) }
    }
    return Int64(isNegative ? -seconds : seconds)
  }

  /// `,date[/time]`; the time is 02:00 unless it says otherwise, and may lie days off.
  private mutating func change() throws(ZoneFault) -> ZoneTail.Change {
    try expect(",")
    let day: ZoneTail.Day
    if take("M") {
      let month = try number(1...12)
      try expect(".")
      let week = try number(1...5)
      try expect(".")
      day = .weekday(month: month, week: week, day: try number(0...6))
    } else if take("J") {
      day = .julian(try number(1...365))
    } else {
      day = .ordinal(try number(0...365))
    }
    return ZoneTail.Change(day: day, time: take("/") ? try clock(hours: 0...167) : 2 * 3600)
  }
}
