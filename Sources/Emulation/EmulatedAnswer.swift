/// What an emulated provider answers.
public struct EmulatedAnswer: Sendable {
  /// The status code.
  public let status: Int
  /// The fields in order, `Date` and `Content-Type` included, framing left to the sender.
  public let fields: [(name: String, value: String)]
  /// The body.
  public let body: [UInt8]
  /// A label of the credential for the log: `key-1` for the first that appeared, and so on.
  public let key: String?
  /// The account for the log, where the provider has one.
  public let account: String?
  /// The limit that refused the request; nil when none did.
  public let limit: String?
}
