/// Walks a chunk's size line byte by byte: size, extensions, line end (RFC 9112 section 7.1).
///
/// Extensions are checked and forgotten. Whitespace is taken only where the grammar's BWS stands
/// inside an extension; a size followed by blanks alone is refused.
struct ChunkLineScanner: Sendable {
  private enum Phase: UInt8 {
    case size, sizeGap, nameGap, name, nameEnd, valueGap, value, quoted, escape, valueEnd, gap
    case lineFeed
  }

  /// 15 digits stay below 2^60, so that sums of a size and an offset cannot overflow.
  static let mostDigits = 15

  private(set) var size: Int64 = 0
  private var phase = Phase.size
  private var digits = 0
  private var extensionBytes = 0
  /// How many bytes of extensions the chunks so far had beyond their data.
  private var lead = 0
  private let limits: BodyLimits

  init(limits: BodyLimits) {
    self.limits = limits
  }

  /// Makes ready for the next chunk's line; the data of the last one pays for its extensions.
  mutating func restart() {
    lead = max(0, lead - Int(clamping: size))
    size = 0
    digits = 0
    extensionBytes = 0
    phase = .size
  }

  /// Takes the next byte; true when it completes the line.
  @inline(__always)
  mutating func take(_ byte: UInt8) throws(WireError) -> Bool {
    if phase == .size {
      try takeDigit(byte)
      return false
    }
    if phase == .lineFeed {
      guard byte == 0x0A else { throw .malformed("a chunk's line does not end with CR LF") }
      return true
    }
    try takeExtension(byte)
    return false
  }

  @inline(__always)
  private mutating func takeDigit(_ byte: UInt8) throws(WireError) {
    if let digit = hexDigit(byte) {
      guard digits < ChunkLineScanner.mostDigits else {
        throw .malformed("a chunk's size has more than 15 digits")
      }
      digits += 1
      size = size << 4 | Int64(digit)
      return
    }
    guard digits > 0 else { throw .malformed("a chunk has no size") }
    switch byte {
    case 0x0D: phase = .lineFeed
    case 0x3B, 0x20, 0x09:
      try count()
      phase = byte == 0x3B ? .nameGap : .sizeGap
    default: throw .malformed("a chunk's size is not a hexadecimal number")
    }
  }

  private mutating func count() throws(WireError) {
    extensionBytes += 1
    lead += 1
    guard extensionBytes <= limits.extensionLine else {
      throw .malformed("a chunk's extension is too long")
    }
    guard lead <= limits.extensionLead else {
      throw .malformed("there are more chunk extensions than data")
    }
  }

  private mutating func takeExtension(_ byte: UInt8) throws(WireError) {
    if byte == 0x0D, phase == .name || phase == .value || phase == .valueEnd {
      phase = .lineFeed
      return
    }
    try count()
    guard let next = ChunkLineScanner.next(phase, byte) else {
      throw .malformed("a chunk's extension is malformed")
    }
    phase = next
  }

  /// The phase behind `byte`, or nil where the grammar does not have it.
  private static func next(_ phase: Phase, _ byte: UInt8) -> Phase? {
    let isToken = ByteSet.token.contains(byte)
    switch (phase, byte) {
    case (.sizeGap, 0x3B), (.gap, 0x3B), (.name, 0x3B), (.nameEnd, 0x3B), (.value, 0x3B),
      (.valueEnd, 0x3B):
      return .nameGap
    case (.sizeGap, _), (.gap, _): return byte.isBlank ? phase : nil
    case (.nameGap, _): return isToken ? .name : byte.isBlank ? .nameGap : nil
    case (.name, 0x3D), (.nameEnd, 0x3D): return .valueGap
    case (.name, _): return isToken ? .name : byte.isBlank ? .nameEnd : nil
    case (.nameEnd, _): return byte.isBlank ? .nameEnd : nil
    case (.valueGap, 0x22): return .quoted
    case (.valueGap, _): return isToken ? .value : byte.isBlank ? .valueGap : nil
    case (.value, _): return isToken ? .value : byte.isBlank ? .gap : nil
    case (.quoted, 0x22): return .valueEnd
    case (.quoted, 0x5C): return .escape
    case (.quoted, _), (.escape, _): return byte.isFieldContent ? .quoted : nil
    case (.valueEnd, _): return byte.isBlank ? .gap : nil
    case (.size, _), (.lineFeed, _): return nil
    }
  }

  @inline(__always)
  private func hexDigit(_ byte: UInt8) -> UInt8? {
    if byte &- 0x30 < 10 { return byte &- 0x30 }
    let letter = byte | 0x20
    return letter &- 0x61 < 6 ? letter &- 0x61 + 10 : nil
  }
}
