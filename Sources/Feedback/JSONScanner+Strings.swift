/// Strings and their escapes (RFC 8259 section 7).
extension JSONScanner {
  /// Whether the string whose inside is `range` spells `name`.
  func names(_ name: String, in range: Range<Int>) -> Bool {
    let inside = bytes[range]
    if !inside.contains(UInt8(ascii: "\\")) { return inside.elementsEqual(name.utf8) }
    return string(in: range) == name
  }

  /// The string whose inside is `range`; nil for an escape that is none.
  ///
  /// Half a surrogate pair and bytes that are no UTF-8 become U+FFFD.
  func string(in range: Range<Int>) -> String? {
    let inside = bytes[range]
    if !inside.contains(UInt8(ascii: "\\")) { return String(decoding: inside, as: UTF8.self) }
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var next = range.lowerBound
    while next < range.upperBound {
      guard bytes[next] == UInt8(ascii: "\\") else {
        text.append(bytes[next])
        next += 1
        continue
      }
      guard let (scalar, after) = escape(at: next, before: range.upperBound) else { return nil }
      text.append(contentsOf: String(Character(scalar)).utf8)
      next = after
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func escape(at start: Int, before limit: Int) -> (Unicode.Scalar, Int)? {
    guard start + 1 < limit else { return nil }
    let scalar: Unicode.Scalar
    switch bytes[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      scalar = Unicode.Scalar(bytes[start + 1])
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{C}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"): return codePoint(at: start, before: limit)
    default: return nil
    }
    return (scalar, start + 2)
  }

  private func codePoint(at start: Int, before limit: Int) -> (Unicode.Scalar, Int)? {
    guard let first = codeUnit(at: start, before: limit) else { return nil }
    if let scalar = Unicode.Scalar(first) { return (scalar, start + 6) }
    if first < 0xDC00, let second = codeUnit(at: start + 6, before: limit),
      (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    {
      return (scalar, start + 12)
    }
    return ("\u{FFFD}", start + 6)
  }

  /// The UTF-16 code unit of a `\uXXXX` at `start`.
  private func codeUnit(at start: Int, before limit: Int) -> UInt32? {
    guard start + 6 <= limit, bytes[start] == UInt8(ascii: "\\"),
      bytes[start + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt32 = 0
    for byte in bytes[start + 2..<start + 6] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}
