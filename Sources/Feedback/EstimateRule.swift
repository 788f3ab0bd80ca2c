/// Where an answer states the state of one bucket.
public struct EstimateRule: Hashable, Sendable {
  /// The bucket's name where the answer has none for it.
  public var name: String?
  /// Where its name stands.
  public var namePart: AnswerPart?
  /// Whose bucket it is.
  public var scope: Signal.Scope
  /// Where the limit stands: a number, or a list such as `100, 100;window=60`.
  public var limit: AnswerPart?
  /// Where what is left stands.
  public var remaining: AnswerPart?
  /// Where what is used stands, instead of what is left: `32`, or with the limit `32/40`.
  public var used: AnswerPart?
  /// Where the reset stands; of several that differ by more than a tenth the latest counts.
  public var resets: [ResetField]
  /// The span the limit is for.
  public var window: Duration?
  /// Where that span stands, and how it is written.
  public var windowPlace: DelayRule.Place?
  /// Where the units that come back in a second stand.
  public var restored: AnswerPart?
  /// Where the units that this request asked for stand.
  public var requested: AnswerPart?
  /// Whether another bucket may have less left than this one says.
  public var isOnlyUpperBound: Bool

  /// A bucket of `scope`; what is left out, the provider does not state.
  public init(
    name: String? = nil, namePart: AnswerPart? = nil, scope: Signal.Scope = .key,
    limit: AnswerPart? = nil, remaining: AnswerPart? = nil, used: AnswerPart? = nil,
    resets: [ResetField] = [], window: Duration? = nil, windowPlace: DelayRule.Place? = nil,
    restored: AnswerPart? = nil, requested: AnswerPart? = nil, isOnlyUpperBound: Bool = false
  ) {
    self.name = name
    self.namePart = namePart
    self.scope = scope
    self.limit = limit
    self.remaining = remaining
    self.used = used
    self.resets = resets
    self.window = window
    self.windowPlace = windowPlace
    self.restored = restored
    self.requested = requested
    self.isOnlyUpperBound = isOnlyUpperBound
  }

  /// Whether it reads nothing but the body; false for a rule of a reset alone.
  var isOfBody: Bool {
    func isField(_ part: AnswerPart?) -> Bool {
      if case .field? = part { true } else { false }
    }
    if limit == nil, remaining == nil, used == nil { return false }
    return !isField(limit) && !isField(remaining) && !isField(used)
  }

  /// The fields of which one must be there for the rule to state anything without a body.
  var statedFields: [String] {
    if isOfBody { return [] }
    return ([limit, remaining, used].compactMap(\.self) + resets.map(\.part)).compactMap(\.field)
  }

  /// The places that are looked at besides.
  var otherParts: [AnswerPart] {
    [limit, remaining, used, namePart, windowPlace?.part, restored, requested].compactMap(\.self)
      + resets.map(\.part)
  }
}
