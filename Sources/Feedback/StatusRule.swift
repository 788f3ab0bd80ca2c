/// What a status means where no code says more.
public struct StatusRule: Hashable, Sendable {
  /// The status code.
  public var status: Int
  /// What it means.
  public var verdict: Meaning
  /// Whether it means that only when a bucket in the answer has nothing left.
  public var needsExhaustion: Bool

  /// The meaning of `status`.
  public init(_ status: Int, _ verdict: Meaning, needsExhaustion: Bool = false) {
    self.status = status
    self.verdict = verdict
    self.needsExhaustion = needsExhaustion
  }

  /// What HTTP says, and what most providers mean (RFC 9110 section 15.6, RFC 6585 section 4).
  public static let standard = [
    StatusRule(429, Meaning(.limit)), StatusRule(503, Meaning(.overload)),
    StatusRule(529, Meaning(.overload)), StatusRule(500, Meaning(.failure)),
    StatusRule(502, Meaning(.failure)), StatusRule(504, Meaning(.failure)),
  ]
}
