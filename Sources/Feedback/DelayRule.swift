/// Where a provider states how long to wait, in the order of precedence (limits-science.md, 6.3).
public struct DelayRule: Hashable, Sendable {
  /// A place that states a delay.
  public struct Place: Hashable, Sendable {
    /// Where the value stands.
    public var part: AnswerPart
    /// How it is written.
    public var format: TimeFormat

    /// The value at `part`.
    public init(_ part: AnswerPart, format: TimeFormat = .automatic) {
      self.part = part
      self.format = format
    }
  }

  /// Fields of the provider's own, which precede those every dialect reads.
  public var fields: [Place]
  /// Places in the body; the first that states a delay counts.
  public var body: [Place]
  /// The field that counts as it stands, even where another place states up to 2 s more.
  public var canonical: String?
  /// The wait where an answer states none.
  public var fallback: Duration?

  /// The places that state a delay beside `Retry-After` and its millisecond forms.
  public init(
    fields: [Place] = [], body: [Place] = [], canonical: String? = nil, fallback: Duration? = nil
  ) {
    self.fields = fields
    self.body = body
    self.canonical = canonical
    self.fallback = fallback
  }

  /// Fields that every dialect reads, the first before the second.
  static let standard = [
    Place(.field("retry-after-ms"), format: .deltaMilliseconds),
    Place(.field("x-ms-retry-after-ms"), format: .deltaMilliseconds),
    Place(.field("retry-after"), format: .automatic),
  ]
}
