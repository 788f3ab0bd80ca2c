/// Status, fields and body, before the provider's frame adds what all answers have.
struct ProviderAnswer: Sendable {
  var status: Int
  var fields: [(name: String, value: String)]
  var body: String
  /// The limit that refused the request.
  var limit: String?

  init(
    _ status: Int, _ fields: [(name: String, value: String)], _ body: String, limit: String? = nil
  ) {
    self.status = status
    self.fields = fields + [("Content-Type", "application/json")]
    self.body = body
    self.limit = limit
  }
}
