/// A pattern for paths: literal segments, `*` for one segment, `**` for any number of them, and
/// `{account}` for the one segment that names the account.
///
/// `/api/ext/bundles/{account}/**` matches `/api/ext/bundles/b1` and `/api/ext/bundles/b1/videos`,
/// and names `b1`. Matching never backtracks over more than one `**` at a time: it takes time
/// proportional to segments of the path times segments of the pattern.
public struct PathPattern: Hashable, Sendable {
  /// One part of a pattern between two slashes.
  public enum Segment: Hashable, Sendable {
    /// This text exactly, after the path's percent-encoded unreserved characters are decoded.
    case literal(String)
    /// Any one segment.
    case any
    /// Any number of segments, none included.
    case anyNumber
    /// Any one segment that is not empty, which names the account.
    case account
  }

  /// The pattern as the operator wrote it.
  public let text: String
  /// Its parts in order.
  public let segments: [Segment]

  /// The pattern `text` means, or nil when it does not start with a slash or misuses a brace.
  public init?(_ text: String) {
    guard text.first == "/" else { return nil }
    var segments: [Segment] = []
    for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      switch part {
      case "*": segments.append(.any)
      case "**": segments.append(.anyNumber)
      case "{account}": segments.append(.account)
      default:
        guard !part.contains(where: { "*{}?# ".contains($0) }) else { return nil }
        segments.append(.literal(String(part)))
      }
    }
    guard segments.count(where: { $0 == .account }) <= 1 else { return nil }
    self.text = text
    self.segments = segments
  }

  /// Whether the path's segments fit this pattern.
  public func matches(_ path: RequestPath) -> Bool { match(path) != nil }

  /// The account the pattern finds in the path, or nil when it does not fit or names none.
  public func account(in path: RequestPath) -> String? {
    guard let match = match(path), match.account >= 0 else { return nil }
    return path.segments[match.account]
  }

  /// Greedy wildcard matching that restarts only at the latest `**`.
  private func match(_ path: RequestPath) -> (account: Int, Void)? {
    let parts = path.segments
    var at = 0
    var pattern = 0
    var account = -1
    var restart: (pattern: Int, at: Int, account: Int)?
    while at < parts.count {
      if pattern < segments.count, segments[pattern] == .anyNumber {
        restart = (pattern, at, account)
        pattern += 1
      } else if pattern < segments.count, fits(segments[pattern], parts[at]) {
        if segments[pattern] == .account { account = at }
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
    while pattern < segments.count, segments[pattern] == .anyNumber { pattern += 1 }
    return pattern == segments.count ? (account, ()) : nil
  }

  private func fits(_ segment: Segment, _ part: String) -> Bool {
    switch segment {
    case .literal(let text): text == part
    case .any: true
    case .account: !part.isEmpty
    case .anyNumber: false
    }
  }
}
