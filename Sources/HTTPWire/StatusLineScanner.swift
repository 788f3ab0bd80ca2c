/// Walks a status line across any number of calls (RFC 9112 section 4).
struct StatusLineScanner: Sendable {
  private enum Phase: UInt8 { case version, status, gap, reason, lineFeed }

  private(set) var position = 0
  private(set) var version = HTTPVersion.http11
  private(set) var status = 0
  private(set) var reason = 0..<0
  private var phase = Phase.version
  private let limit: Int

  init(limits: HeadLimits) {
    limit = min(limits.startLine, limits.block)
  }

  /// Goes on as far as `input` allows; true once the line is complete.
  @inline(__always)
  mutating func scan(_ input: Span<UInt8>) throws(WireError) -> Bool {
    let stop = min(input.count, limit)
    if phase == .version {
      guard try scanVersion(input, stop) else { return try runOut() }
    }
    while phase == .status {
      guard position < stop else { return try runOut() }
      try takeStatus(input[position])
    }
    if phase == .gap {
      guard position < stop else { return try runOut() }
      try takeGap(input[position])
    }
    if phase == .reason {
      guard try scanReason(input, stop) else { return try runOut() }
    }
    guard position < stop else { return try runOut() }
    guard input[position] == 0x0A else {
      throw .malformed("a carriage return stands without a line feed")
    }
    position &+= 1
    return true
  }

  /// What follows where the bytes end.
  private func runOut() throws(WireError) -> Bool {
    guard position >= limit else { return false }
    throw .tooLarge("the status line is too long")
  }

  @inline(__always)
  private mutating func scanVersion(_ input: Span<UInt8>, _ stop: Int) throws(WireError) -> Bool {
    if position == 0, stop >= VersionSyntax.length, input.word(at: 0) == VersionSyntax.http11 {
      position = VersionSyntax.length
    }
    while position < min(VersionSyntax.length, stop) {
      guard VersionSyntax.allows(input[position], at: position) else {
        throw .malformed("the answer is not HTTP/1")
      }
      position &+= 1
    }
    guard position < stop else { return false }
    guard input[position] == 0x20, let known = VersionSyntax.version(input, at: 0) else {
      throw .malformed("the answer's version is neither HTTP/1.1 nor HTTP/1.0")
    }
    version = known
    position &+= 1
    phase = .status
    return true
  }

  @inline(__always)
  private mutating func takeStatus(_ byte: UInt8) throws(WireError) {
    let digit = byte &- 0x30
    guard digit < 10, status > 0 || digit > 0 else {
      throw .malformed("the status is not a number of three digits")
    }
    status = status &* 10 &+ Int(digit)
    position &+= 1
    if status >= 100 { phase = .gap }
  }

  @inline(__always)
  private mutating func takeGap(_ byte: UInt8) throws(WireError) {
    guard byte == 0x20 || byte == 0x0D else {
      throw .malformed("the status is not a number of three digits")
    }
    position &+= 1
    reason = position..<position
    phase = byte == 0x20 ? .reason : .lineFeed
  }

  @inline(__always)
  private mutating func scanReason(_ input: Span<UInt8>, _ stop: Int) throws(WireError) -> Bool {
    let at = input.endOfContent(from: position, to: stop)
    position = at
    guard at < stop else { return false }
    guard input[at] == 0x0D else {
      throw .malformed("the reason phrase holds a control character")
    }
    reason = reason.lowerBound..<at
    position = at &+ 1
    phase = .lineFeed
    return true
  }
}
