/// Moving over values; every function returns the index after what it skipped, nil at a fault.
extension JSONScanner {
  /// Where the value of the member `name` begins.
  func member(_ name: String, ofObjectAt start: Int, level: Int) -> Int? {
    guard start < end, bytes[start] == UInt8(ascii: "{") else { return nil }
    var next = skipSpace(from: start + 1)
    while next < end, bytes[next] == UInt8(ascii: "\"") {
      guard let afterName = skipString(from: next) else { return nil }
      let matches = names(name, in: next + 1..<afterName - 1)
      next = skipSpace(from: afterName)
      guard next < end, bytes[next] == UInt8(ascii: ":") else { return nil }
      next = skipSpace(from: next + 1)
      if matches { return next }
      guard let afterValue = skipValue(from: next, level: level + 1) else { return nil }
      next = skipSpace(from: afterValue)
      guard next < end, bytes[next] == UInt8(ascii: ",") else { return nil }
      next = skipSpace(from: next + 1)
    }
    return nil
  }

  func skipSpace(from start: Int) -> Int {
    var next = start
    while next < end, isSpace(bytes[next]) { next += 1 }
    return next
  }

  func skipValue(from start: Int, level: Int) -> Int? {
    guard start < end else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "\""): return skipString(from: start)
    case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested(from: start, level: level)
    default:
      var next = start
      while next < end, !endsBare(bytes[next]) { next += 1 }
      return next > start ? next : nil
    }
  }

  private func skipNested(from start: Int, level: Int) -> Int? {
    // One bit for each open bracket, 1 for an object: 32 levels need no stack.
    var open: UInt64 = 0
    var depth = 0
    var next = start
    while next < end {
      let byte = bytes[next]
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard level + depth < Self.deepest else { return nil }
        open = open << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
        depth += 1
        next += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard (open & 1 == 1) == (byte == UInt8(ascii: "}")) else { return nil }
        open >>= 1
        depth -= 1
        next += 1
        if depth == 0 { return next }
      case UInt8(ascii: "\""):
        guard let afterString = skipString(from: next) else { return nil }
        next = afterString
      default: next += 1
      }
    }
    return nil
  }

  private func skipString(from start: Int) -> Int? {
    var next = start + 1
    while next < end {
      switch bytes[next] {
      case UInt8(ascii: "\""): return next + 1
      case UInt8(ascii: "\\"): next += 2
      default: next += 1
      }
    }
    return nil
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private func endsBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "{"),
      UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    default: isSpace(byte)
    }
  }
}
