/// Walks the trailer section of a chunked body byte by byte (RFC 9112 section 7.1.2).
///
/// Trailer fields are checked like any field line and dropped: merged into a head they could
/// replace what routing and authorisation went by (RFC 9110 section 6.5.1).
struct TrailerScanner: Sendable {
  private enum Phase: UInt8 { case lineStart, name, value, lineFeed, lastFeed }

  private var phase = Phase.lineStart
  private var bytes = 0
  private var fields = 0
  private let limits: BodyLimits

  init(limits: BodyLimits) {
    self.limits = limits
  }

  /// Takes the next byte; true when it completes the section and with it the body.
  mutating func take(_ byte: UInt8) throws(WireError) -> Bool {
    switch phase {
    case .lineStart: try begin(byte)
    case .name:
      if byte == 0x3A {
        phase = .value
      } else if !ByteSet.token.contains(byte) {
        throw .malformed("a trailer field's name is malformed")
      }
    case .value:
      if byte == 0x0D {
        phase = .lineFeed
      } else if !byte.isFieldContent {
        throw .malformed("a trailer field's value holds a control character")
      }
    case .lineFeed, .lastFeed:
      guard byte == 0x0A else { throw .malformed("a trailer line does not end with CR LF") }
      if phase == .lastFeed { return true }
      phase = .lineStart
    }
    if phase != .lastFeed {
      bytes += 1
      guard bytes <= limits.trailer else { throw .tooLarge("the trailer section is too large") }
    }
    return false
  }

  private mutating func begin(_ byte: UInt8) throws(WireError) {
    if byte == 0x0D {
      phase = .lastFeed
      return
    }
    guard ByteSet.token.contains(byte) else {
      throw .malformed("a trailer field's name is malformed")
    }
    guard fields < limits.trailerFields else {
      throw .tooLarge("there are too many trailer fields")
    }
    fields += 1
    phase = .name
  }
}
