import Timekeeping

/// One provider: its limits and the words it answers in.
protocol ProviderModel: Sendable {
  /// The credential of `request` in this provider's terms.
  func credential(of request: EmulatedRequest) -> String?

  /// The account of `request` for the log; `label` is the credential's.
  func account(of request: EmulatedRequest, label: String?) -> String?

  /// Counts the request and answers it, `Date` aside.
  mutating func answer(
    to request: EmulatedRequest, at now: Instant, wall: WallTime
  ) -> ProviderAnswer
}

/// Status, fields and body, before the provider's frame adds what all answers have.
struct ProviderAnswer {
  var status: Int
  var fields: [(name: String, value: String)]
  var body: String

  init(_ status: Int, _ fields: [(name: String, value: String)], _ body: String) {
    self.status = status
    self.fields = fields + [("Content-Type", "application/json")]
    self.body = body
  }
}
