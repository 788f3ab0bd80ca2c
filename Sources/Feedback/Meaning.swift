/// What a status or a code means: the kind of "no", and what the rest of the answer cannot override.
public struct Meaning: Hashable, Sendable {
  /// The kind of "no"; nil when the answer is the caller's to see, whatever its status.
  public var kind: Signal.Kind?
  /// Whom it is meant for; nil when the rest of the answer tells.
  public var scope: Signal.Scope?
  /// The wait is at least so long, whatever the answer states.
  public var atLeast: Duration?
  /// The wait where the answer states none.
  public var fallback: Duration?
  /// Whether it lasts until the next midnight UTC, where the answer states nothing else.
  public var untilMidnight: Bool
  /// Whether the provider did nothing; nil when the kind tells.
  public var isUnprocessed: Bool?
  /// The name of the limit or bucket it blames.
  public var bucket: String?

  /// A verdict; what is left out, the rest of the answer tells.
  public init(
    _ kind: Signal.Kind?, scope: Signal.Scope? = nil, atLeast: Duration? = nil,
    fallback: Duration? = nil, untilMidnight: Bool = false, isUnprocessed: Bool? = nil,
    bucket: String? = nil
  ) {
    self.kind = kind
    self.scope = scope
    self.atLeast = atLeast
    self.fallback = fallback
    self.untilMidnight = untilMidnight
    self.isUnprocessed = isUnprocessed
    self.bucket = bucket
  }

  /// Whether a request answered so was not acted on (limits-science.md, section 8).
  var leavesUnprocessed: Bool {
    if let isUnprocessed { return isUnprocessed }
    return switch kind {
    case .overload, .failure, nil: false
    case .limit, .quota, .permanent, .softBlock, .concurrency, .lock: true
    }
  }
}
