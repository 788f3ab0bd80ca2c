/// What the codes or texts at certain places of an answer mean.
public struct CodeRule: Hashable, Sendable {
  /// How a value is compared.
  public enum Comparison: Hashable, Sendable {
    /// The value is the text, to the letter; `jira-quota-*` stands for every end.
    case equal
    /// The text stands somewhere in the value, in whatever case.
    case contains
  }

  /// A text and what it means.
  public struct Entry: Hashable, Sendable {
    /// The text; for `contains` in lower case.
    public var text: String
    /// What it means.
    public var verdict: Meaning
    /// What statistics and logs call it.
    let reason: String

    /// The meaning of `text`.
    public init(_ text: String, _ verdict: Meaning) {
      self.text = text
      self.verdict = verdict
      reason = Entry.reason(of: text)
    }
  }

  /// Where the codes stand; the first place that leads to a known one counts.
  public var parts: [AnswerPart]
  /// How they are compared.
  public var comparison: Comparison
  /// The statuses of the answers that are looked at.
  public var statuses: [Int]
  /// The texts; where several with different meanings are found, none counts.
  public var entries: [Entry]

  /// The statuses whose answers are looked at where the dialect names none.
  public static let usualStatuses = [400, 403, 409, 429, 503, 529]

  /// The meaning of what stands at `parts`.
  public init(
    _ parts: [AnswerPart], _ comparison: Comparison = .equal, statuses: [Int] = usualStatuses,
    entries: [Entry]
  ) {
    self.parts = parts
    self.comparison = comparison
    self.statuses = statuses
    self.entries = entries
  }
}

extension CodeRule.Entry {
  /// `text` in the characters a reason may have; of a URL what stands behind its last `#` or `/`.
  private static func reason(of text: String) -> String {
    let last = text.utf8.split(whereSeparator: { "#/".utf8.contains($0) }).last ?? text.utf8[...]
    let bytes = last.filter { $0 != UInt8(ascii: "*") }.prefix(64).map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."): byte
      default: UInt8(ascii: "-")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
