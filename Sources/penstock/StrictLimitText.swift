import Emulation
import Limits
import PolicyFile

/// Limits of the generic provider as an operator writes them: `fixed-window:100/min`,
/// `concurrency:8@account`.
enum StrictLimitText {
  private static let kinds = [
    "token-bucket", "sliding-window", "fixed-window", "first-hit-window", "two-counter-window",
    "concurrency", "day",
  ]

  /// The limit `text` means: a kind, a colon, a rate or a number, and `@` with a scope.
  static func parse(_ text: String) throws(Misread) -> StrictLimit {
    let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Misread(
        "\"\(text)\" is no limit, allowed: a kind, a colon and a rate, such as fixed-window:100/min"
      )
    }
    let kind = try kind(String(parts[0]), String(parts[1]))
    return StrictLimit(
      name: text, kind: kind, scope: try halves.count > 1 ? scope(String(halves[1])) : .key)
  }

  private static func kind(
    _ word: String, _ amount: String
  ) throws(Misread) -> StrictLimit.Kind {
    switch word {
    case "token-bucket": return .tokenBucket(try RateText.parse(amount))
    case "sliding-window": return .slidingWindow(try RateText.parse(amount))
    case "fixed-window": return .fixedWindow(try RateText.parse(amount))
    case "first-hit-window": return .firstHitWindow(try RateText.parse(amount))
    case "two-counter-window": return .twoCounterWindow(try RateText.parse(amount))
    case "concurrency": return .concurrency(try number(amount))
    case "day": return .day(try number(amount))
    default: throw unknown("kind of limit", word, among: kinds)
    }
  }

  private static func scope(_ word: String) throws(Misread) -> StrictLimit.Scope {
    guard let scope = StrictLimit.Scope(rawValue: word) else {
      throw unknown("scope", word, among: StrictLimit.Scope.allCases.map(\.rawValue))
    }
    return scope
  }

  private static func number(_ text: String) throws(Misread) -> Int {
    guard let number = Int(text), (1...1_000_000_000).contains(number) else {
      throw Misread("\"\(text)\" is out of range, allowed: 1 to 1000000000")
    }
    return number
  }

  private static func unknown(_ what: String, _ word: String, among words: [String]) -> Misread {
    let nearest = Suggestion.nearest(to: word, among: words)
    return Misread(
      "unknown \(what) \"\(word)\", allowed: \(words.joined(separator: ", "))"
        + (nearest.map { "; did you mean \"\($0)\"?" } ?? ""))
  }
}
