/// How one provider says "not now": as data, so that a new provider needs no code.
///
/// Field names are in lower case. Paths name members of the JSON body, outermost first.
public struct Dialect: Hashable, Sendable {
  /// The word for it in the policy file.
  public var name: String
  /// The statuses that mean a limit; every other answer passes through.
  public var statuses: [Int]
  /// Paths of the delay in seconds, a number or a string; the first that states one counts.
  public var delayPaths: [[String]]
  /// Whether `Retry-After` counts as it stands even where the body states up to 2 s more.
  public var retryAfterIsCanonical: Bool
  /// Fields that count what is left; the smallest counts.
  public var remainingFields: [String]
  /// Fields that state the delay until the reset in seconds.
  public var resetAfterFields: [String]
  /// Fields that state the reset.
  public var resetFields: [ResetField]
  /// Whom an answer is meant for.
  public var scopes: ScopeRule
  /// Paths of the error code; the first that leads to a known code counts.
  public var codePaths: [[String]]
  /// What error codes mean; a code not named here is an ordinary limit.
  public var codes: [String: CodeMeaning]

  /// A dialect; what is left out, the provider does not say.
  public init(
    name: String, statuses: [Int] = [429], delayPaths: [[String]] = [],
    retryAfterIsCanonical: Bool = false, remainingFields: [String] = [],
    resetAfterFields: [String] = [], resetFields: [ResetField] = [], scopes: ScopeRule,
    codePaths: [[String]] = [], codes: [String: CodeMeaning] = [:]
  ) {
    self.name = name
    self.statuses = statuses
    self.delayPaths = delayPaths
    self.retryAfterIsCanonical = retryAfterIsCanonical
    self.remainingFields = remainingFields
    self.resetAfterFields = resetAfterFields
    self.resetFields = resetFields
    self.scopes = scopes
    self.codePaths = codePaths
    self.codes = codes
  }
}
