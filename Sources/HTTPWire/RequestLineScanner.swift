/// Walks the empty lines before a request and its request line, across any number of calls.
///
/// Every wrong byte is refused when it is met, so what is not HTTP/1 fails at once.
struct RequestLineScanner: Sendable {
  private enum Phase: UInt8 { case leading, leadingFeed, method, target, version, lineFeed }

  /// Longer than any method there is; beyond, none could be meant (RFC 9112 section 3).
  static let longestMethod = 64
  /// Empty lines before a request that are ignored (RFC 9112 section 2.2).
  static let mostEmptyLines = 2

  /// The next byte to look at, counted from the first byte of the input.
  private(set) var position = 0
  /// Where the request line starts.
  private(set) var start = 0
  private(set) var methodEnd = 0
  private(set) var targetEnd = 0
  private(set) var version = HTTPVersion.http11
  private var phase = Phase.leading
  private let limit: Int

  init(limits: HeadLimits) {
    limit = min(limits.startLine, limits.block)
  }

  /// Whether a byte of the request line itself was seen.
  var hasBegun: Bool { phase.rawValue >= Phase.method.rawValue }

  /// Goes on as far as `input` allows; true once the line is complete.
  @inline(__always)
  mutating func scan(_ input: Span<UInt8>) throws(WireError) -> Bool {
    if phase.rawValue < Phase.method.rawValue {
      guard try skipEmptyLines(input) else { return false }
    }
    let stop = min(input.count, start &+ limit)
    if phase == .method {
      guard try scanMethod(input, stop) else { return try runOut(stop) }
    }
    if phase == .target {
      guard try scanTarget(input, stop) else { return try runOut(stop) }
    }
    if phase == .version {
      guard try scanVersion(input, stop) else { return try runOut(stop) }
    }
    guard position < stop else { return try runOut(stop) }
    guard input[position] == 0x0A else { throw RequestLineScanner.bareReturn }
    position &+= 1
    return true
  }

  private static let bareReturn = WireError.malformed(
    "a carriage return stands without a line feed")

  /// What follows where the bytes end at `stop`.
  private func runOut(_ stop: Int) throws(WireError) -> Bool {
    guard stop >= start &+ limit else { return false }
    throw WireError(status: 414, reason: "the request line is too long")
  }

  /// Whether the first byte of the request line is there.
  private mutating func skipEmptyLines(_ input: Span<UInt8>) throws(WireError) -> Bool {
    while position < min(input.count, start &+ limit) {
      let byte = input[position]
      if phase == .leadingFeed {
        guard byte == 0x0A else { throw RequestLineScanner.bareReturn }
        position &+= 1
        start = position
        phase = .leading
        continue
      }
      guard byte == 0x0D else {
        phase = .method
        return true
      }
      guard start < 2 &* RequestLineScanner.mostEmptyLines else {
        throw .malformed("there are too many empty lines before the request")
      }
      phase = .leadingFeed
      position &+= 1
    }
    return try runOut(min(input.count, start &+ limit))
  }

  @inline(__always)
  private mutating func scanMethod(_ input: Span<UInt8>, _ stop: Int) throws(WireError) -> Bool {
    let longest = start &+ RequestLineScanner.longestMethod
    let at = input.endOfToken(from: position, to: min(stop, longest))
    position = at
    guard at < stop else { return false }
    guard input[at] == 0x20, at > start else {
      guard at < longest || !ByteSet.token.contains(input[at]) else {
        throw WireError(status: 501, reason: "the method is too long")
      }
      throw .malformed("the method holds a byte that is not allowed there")
    }
    methodEnd = at
    position = at &+ 1
    phase = .target
    return true
  }

  @inline(__always)
  private mutating func scanTarget(_ input: Span<UInt8>, _ stop: Int) throws(WireError) -> Bool {
    let at = input.endOfTarget(from: position, to: stop)
    position = at
    guard at < stop else { return false }
    guard input[at] == 0x20, at > methodEnd &+ 1 else {
      throw .malformed(
        input[at] == 0x0D || input[at] == 0x0A
          ? "the request line has no version"
          : "the target holds a byte that is not allowed there")
    }
    targetEnd = at
    position = at &+ 1
    phase = .version
    return true
  }

  @inline(__always)
  private mutating func scanVersion(_ input: Span<UInt8>, _ stop: Int) throws(WireError) -> Bool {
    let first = targetEnd &+ 1
    let end = first &+ VersionSyntax.length
    if position == first, end < stop, input.word(at: first) == VersionSyntax.http11 {
      position = end
    }
    while position < min(end, stop) {
      guard VersionSyntax.allows(input[position], at: position &- first) else {
        throw .malformed("the version is malformed")
      }
      position &+= 1
    }
    guard position < stop else { return false }
    guard input[position] == 0x0D else { throw .malformed("the version is malformed") }
    guard let known = VersionSyntax.version(input, at: first) else {
      throw WireError(status: 505, reason: "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
    version = known
    position &+= 1
    phase = .lineFeed
    return true
  }
}
