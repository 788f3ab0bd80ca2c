/// Where an answer states when a bucket resets: the place, the format, and what "reset" means.
public struct ResetField: Hashable, Sendable {
  /// What the provider calls a reset (limits-science.md, section 4).
  public enum Meaning: Hashable, Sendable, CaseIterable {
    /// When the window ends.
    case windowEnd
    /// When the bucket is full again: later than needed, never a time to send.
    case full
    /// When more is left than now.
    case nextSlot
    /// When the oldest counted request leaves the window.
    case oldestExpires
  }

  /// Where the value stands.
  public var part: AnswerPart
  /// How it is written.
  public var format: TimeFormat
  /// What the provider calls a reset.
  public var meaning: Meaning

  /// The rule for the value at `part`.
  public init(_ part: AnswerPart, format: TimeFormat = .automatic, meaning: Meaning = .windowEnd) {
    self.part = part
    self.format = format
    self.meaning = meaning
  }
}
