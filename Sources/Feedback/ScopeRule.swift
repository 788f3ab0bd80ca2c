/// How one provider tells whom a 429 is meant for.
public struct ScopeRule: Hashable, Sendable {
  /// Words by which a body names one scope.
  public struct Naming: Hashable, Sendable {
    /// The scope the words name.
    public var scope: Signal.Scope
    /// The words, in lower case; any of them counts, in a name as well as in a text.
    public var words: [String]

    /// The words that name `scope`.
    public init(scope: Signal.Scope, words: [String]) {
      self.scope = scope
      self.words = words
    }
  }

  /// The scope when the remaining count is zero.
  public var exhausted: Signal.Scope
  /// The scope when the remaining count is above zero: the limit in the header is not to blame.
  public var room: Signal.Scope
  /// The scope when no remaining count is stated.
  public var unstated: Signal.Scope
  /// Where in the body the scope may be named; each path leads to a value of any kind.
  public var namingPaths: [[String]]
  /// The words that name a scope; they precede the remaining count unless two scopes are named.
  public var namings: [Naming]

  /// A rule by the remaining count, and by words in the body where the provider names the limit.
  public init(
    exhausted: Signal.Scope, room: Signal.Scope, unstated: Signal.Scope,
    namingPaths: [[String]] = [], namings: [Naming] = []
  ) {
    self.exhausted = exhausted
    self.room = room
    self.unstated = unstated
    self.namingPaths = namingPaths
    self.namings = namings
  }

  func scope(remaining: Int64?, body: JSONScanner) -> Signal.Scope {
    if let named = named(in: body) { return named }
    guard let remaining else { return unstated }
    return remaining > 0 ? room : exhausted
  }

  /// The one scope the body names; nil when it names none, or several.
  private func named(in body: JSONScanner) -> Signal.Scope? {
    guard !namings.isEmpty else { return nil }
    let ranges = namingPaths.compactMap { body.range(at: $0) }
    let named = namings.filter { naming in
      naming.words.contains { word in ranges.contains { body.mentions(word, in: $0) } }
    }
    return named.count == 1 ? named[0].scope : nil
  }
}
