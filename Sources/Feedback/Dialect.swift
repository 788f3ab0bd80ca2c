/// How one provider speaks about its limits: as data, so that a new provider needs no code.
///
/// Field names are in lower case. The words for all this in a policy file are those of
/// `conf/providers`.
public final class Dialect: Sendable {
  /// The word for it in the policy file.
  public let name: String
  /// What statuses mean where no code says more; every other answer passes.
  public let statuses: [StatusRule]
  /// What codes and texts mean; the first rule that finds a known one counts.
  public let codes: [CodeRule]
  /// Where delays stand.
  public let delays: DelayRule
  /// Whom an answer is meant for when each bucket in it has room left: a limit it does not show.
  public let roomScope: Signal.Scope
  /// Whom an answer is meant for when it does not state what is left.
  public let unstatedScope: Signal.Scope
  /// Where the name of the bucket to blame stands; the first place that has one counts.
  public let blamed: [AnswerPart]
  /// The buckets an answer states.
  public let estimates: [EstimateRule]
  /// The buckets it states in the IETF's two fields.
  public let policies: [PolicyRule]
  /// Whether the provider counts requests that it rejects.
  public let rejectsCounted: Bool
  /// The field that makes a repeated request safe, where the provider has one.
  public let idempotencyHeader: String?
  /// The field that names the credential's tier.
  public let tierField: String?

  /// The statuses whose body is needed to tell what an answer means.
  let bodyStatuses: [Int]
  /// Whether a success's fields state anything.
  let readsFields: Bool
  /// The fields by which a success states something, each once.
  public let statedFields: [String]
  /// What else is read of a success that has one of those.
  public let otherFields: [String]
  /// Which of those each of the estimates reads, and each of the policies.
  let estimateFields: [FieldMask]
  let policyFields: [FieldMask]
  /// Whether the body of a success states anything; it must come without a content coding then.
  public let readsSuccess: Bool

  /// A dialect; what is left out, the provider does not say, or says as HTTP does.
  public init(
    name: String, statuses: [StatusRule] = StatusRule.standard, codes: [CodeRule] = [],
    delays: DelayRule = DelayRule(), roomScope: Signal.Scope = .narrowest,
    unstatedScope: Signal.Scope = .key, blamed: [AnswerPart] = [],
    estimates: [EstimateRule] = [], policies: [PolicyRule] = [], rejectsCounted: Bool = true,
    idempotencyHeader: String? = nil, tierField: String? = nil
  ) {
    self.name = name
    self.statuses = statuses
    self.codes = codes
    self.delays = delays
    self.roomScope = roomScope
    self.unstatedScope = unstatedScope
    self.blamed = blamed
    self.estimates = estimates
    self.policies = policies
    self.rejectsCounted = rejectsCounted
    self.idempotencyHeader = idempotencyHeader
    self.tierField = tierField
    bodyStatuses = Dialect.bodyStatuses(
      statuses: statuses, codes: codes, delays: delays, blamed: blamed, estimates: estimates)
    readsFields =
      estimates.contains { !$0.isOfBody } || !policies.isEmpty || tierField != nil
    var names: [String] = []
    estimateFields = estimates.map { FieldMask(of: $0.statedFields, in: &names) }
    policyFields = policies.map { FieldMask(of: [$0.field, $0.policyField], in: &names) }
    _ = FieldMask(of: tierField.map { [$0] } ?? [], in: &names)
    statedFields = names
    let parts = estimates.flatMap(\.otherParts) + policies.flatMap { $0.resets.map(\.part) }
    otherFields = Set(["age", "date"] + parts.compactMap(\.field)).subtracting(names).sorted()
    readsSuccess = bodyStatuses.contains(200)
  }

  /// Whether an answer of `status` can state something by `statedFields` alone.
  public func isQuiet(status: Int) -> Bool {
    (200..<300).contains(status) && (status != 200 || !readsSuccess)
  }

  /// Whether the first 64 KiB of the body are needed to tell what an answer of `status` means.
  public func wantsBody(status: Int) -> Bool { bodyStatuses.contains(status) }

  private static func bodyStatuses(
    statuses: [StatusRule], codes: [CodeRule], delays: DelayRule, blamed: [AnswerPart],
    estimates: [EstimateRule]
  ) -> [Int] {
    func isBody(_ part: AnswerPart) -> Bool { if case .body = part { true } else { false } }
    let refusing = statuses.filter { $0.verdict.kind != nil && $0.verdict.kind != .failure }
    var wanted: Set<Int> = []
    for rule in codes where rule.parts.contains(where: isBody) {
      wanted.formUnion(rule.statuses)
    }
    if !delays.body.isEmpty || blamed.contains(where: isBody) {
      wanted.formUnion(refusing.map(\.status))
    }
    if estimates.contains(where: \.isOfBody) {
      wanted.insert(200)
      wanted.formUnion(refusing.map(\.status))
    }
    return wanted.sorted()
  }
}

extension Dialect: Equatable {
  /// Whether both read every answer alike and have one name.
  public static func == (one: Dialect, other: Dialect) -> Bool {
    one.name == other.name && one.statuses == other.statuses && one.codes == other.codes
      && one.delays == other.delays && one.roomScope == other.roomScope
      && one.unstatedScope == other.unstatedScope && one.blamed == other.blamed
      && one.estimates == other.estimates && one.policies == other.policies
      && one.rejectsCounted == other.rejectsCounted
      && one.idempotencyHeader == other.idempotencyHeader && one.tierField == other.tierField
  }
}
