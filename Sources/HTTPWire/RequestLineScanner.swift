/// Walks the empty lines before a request and its request line, each byte once.
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
  mutating func scan(_ input: Span<UInt8>) throws(WireError) -> Bool {
    while true {
      let stop = min(input.count, start + limit)
      guard position < stop else {
        if position < start + limit { return false }
        throw WireError(status: 414, reason: "the request line is too long")
      }
      switch phase {
      case .leading: try lead(input[position])
      case .leadingFeed: try feed(input[position])
      case .method: try scanMethod(input, stop)
      case .target: try scanTarget(input, stop)
      case .version: try takeVersion(input)
      case .lineFeed:
        guard input[position] == 0x0A else {
          throw .malformed("a carriage return stands without a line feed")
        }
        position += 1
        return true
      }
    }
  }

  private mutating func lead(_ byte: UInt8) throws(WireError) {
    guard byte == 0x0D else {
      phase = .method
      return
    }
    guard start < 2 * RequestLineScanner.mostEmptyLines else {
      throw .malformed("there are too many empty lines before the request")
    }
    phase = .leadingFeed
    position += 1
  }

  private mutating func feed(_ byte: UInt8) throws(WireError) {
    guard byte == 0x0A else { throw .malformed("a carriage return stands without a line feed") }
    position += 1
    start = position
    phase = .leading
  }

  private mutating func scanMethod(_ input: Span<UInt8>, _ stop: Int) throws(WireError) {
    let longest = start + RequestLineScanner.longestMethod
    var at = position
    while at < stop, at < longest, ByteSet.token.contains(input[at]) { at += 1 }
    position = at
    guard at < stop else { return }
    guard input[at] == 0x20, at > start else {
      guard at < longest || !ByteSet.token.contains(input[at]) else {
        throw WireError(status: 501, reason: "the method is too long")
      }
      throw .malformed("the method holds a byte that is not allowed there")
    }
    methodEnd = at
    position = at + 1
    phase = .target
  }

  private mutating func scanTarget(_ input: Span<UInt8>, _ stop: Int) throws(WireError) {
    var at = position
    while at < stop, ByteSet.target.contains(input[at]) { at += 1 }
    position = at
    guard at < stop else { return }
    guard input[at] == 0x20, at > methodEnd + 1 else {
      throw .malformed(
        input[at] == 0x0D || input[at] == 0x0A
          ? "the request line has no version"
          : "the target holds a byte that is not allowed there")
    }
    targetEnd = at
    position = at + 1
    phase = .version
  }

  private mutating func takeVersion(_ input: Span<UInt8>) throws(WireError) {
    let offset = position - (targetEnd + 1)
    guard offset == VersionSyntax.length else {
      guard VersionSyntax.allows(input[position], at: offset) else {
        throw .malformed("the version is malformed")
      }
      position += 1
      return
    }
    guard input[position] == 0x0D else { throw .malformed("the version is malformed") }
    guard let known = VersionSyntax.version(input, at: targetEnd + 1) else {
      throw WireError(status: 505, reason: "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
    version = known
    position += 1
    phase = .lineFeed
  }
}
