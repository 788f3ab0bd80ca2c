/// A pattern for paths: literal segments, `*` for one segment, `**` for any number of them, and
/// `{account}` for the one segment that names the account.
///
/// `/api/ext/bundles/{account}/**` matches `/api/ext/bundles/b1` and `/api/ext/bundles/b1/videos`,
/// and names `b1`. Patterns and paths are normalised alike (see `RequestPath`): a trailing slash
/// and doubled slashes make no difference. Matching never backtracks over more than one `**` at a
/// time: it takes time proportional to segments of the path times segments of the pattern.
public struct PathPattern: Hashable, Sendable {
  /// One part of a pattern between two slashes.
  public enum Segment: Hashable, Sendable {
    /// This text exactly, in the normal form of `RequestPath`.
    case literal(String)
    /// Any one segment.
    case any
    /// Any number of segments, none included.
    case anyNumber
    /// Any one segment, which names the account.
    case account
  }

  /// The pattern as the operator wrote it.
  public let text: String
  /// Its parts in order.
  public let segments: [Segment]

  /// Whether the pattern has a segment that names the account.
  public var namesAccount: Bool { segments.contains(.account) }

  /// The pattern `text` means, or nil when it does not start with a slash or misuses a brace.
  ///
  /// Also nil: a `*` beside other text in one segment, a query, a space, a control character, a
  /// dot segment, more than one `{account}`.
  public init?(_ text: String) {
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    var segments: [Segment] = []
    for part in text.split(separator: "/") {
      switch part {
      case "*": segments.append(.any)
      case "**": segments.append(.anyNumber)
      case "{account}": segments.append(.account)
      default:
        guard PathPattern.isLiteral(part) else { return nil }
        guard let literal = RequestPath(String(part)).segments.first else { return nil }
        segments.append(.literal(literal))
      }
    }
    guard segments.count(where: { $0 == .account }) <= 1 else { return nil }
    self.text = text
    self.segments = segments
  }

  private static func isLiteral(_ part: Substring) -> Bool {
    part.utf8.allSatisfy { byte in
      switch byte {
      case 0...0x20, 0x7F: false
      case UInt8(ascii: "*"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "?"),
        UInt8(ascii: "#"):
        false
      default: true
      }
    }
  }

  /// Whether the path's segments fit this pattern.
  public func matches(_ path: RequestPath) -> Bool { match(path) != nil }

  /// The account the pattern finds in the path, or nil when it does not fit or names none.
  public func account(in path: RequestPath) -> String? {
    accountIndex(in: path).map { path.segments[$0] }
  }

  /// Which of the path's segments names the account, or nil when none does.
  func accountIndex(in path: RequestPath) -> Int? {
    guard let index = match(path), index >= 0 else { return nil }
    return index
  }

  /// Greedy wildcard matching that restarts only at the latest `**`.
  ///
  /// Returns the index of the account's segment, -1 when the pattern names none, nil for no match.
  private func match(_ path: RequestPath) -> Int? {
    let parts = path.segments
    var at = 0
    var pattern = 0
    var account = -1
    var restart: (pattern: Int, at: Int, account: Int)?
    while at < parts.count {
      var fits = false
      if pattern < segments.count {
        switch segments[pattern] {
        case .literal(let text): fits = text == parts[at]
        case .any: fits = true
        case .account:
          fits = true
          account = at
        case .anyNumber:
          restart = (pattern, at, account)
          pattern += 1
          continue
        }
      }
      if fits {
        pattern += 1
        at += 1
      } else if let last = restart {
        restart = (last.pattern, last.at + 1, last.account)
        pattern = last.pattern + 1
        at = last.at + 1
        account = last.account
      } else {
        return nil
      }
    }
    while pattern < segments.count, case .anyNumber = segments[pattern] { pattern += 1 }
    return pattern == segments.count ? account : nil
  }
}
