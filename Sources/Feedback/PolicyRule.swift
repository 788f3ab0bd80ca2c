/// The IETF's two fields, under their own names or a provider's (limits-science.md, section 6.2).
public struct PolicyRule: Hashable, Sendable {
  /// The field that states what is left, `ratelimit`.
  public var field: String
  /// The field that states the limits, `ratelimit-policy`.
  public var policyField: String
  /// Whose buckets they are.
  public var scope: Signal.Scope
  /// Further places that state the reset of the buckets.
  public var resets: [ResetField]

  /// The two fields, with the names of the IETF unless others are given.
  public init(
    field: String = "ratelimit", policyField: String = "ratelimit-policy",
    scope: Signal.Scope = .key, resets: [ResetField] = []
  ) {
    self.field = field
    self.policyField = policyField
    self.scope = scope
    self.resets = resets
  }
}
