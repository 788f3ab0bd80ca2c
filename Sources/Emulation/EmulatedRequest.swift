/// What an emulated provider reads of a request.
public struct EmulatedRequest: Sendable {
  /// The method, as sent.
  public let method: String
  /// The path of the target, without the query, which may hold secrets.
  public let path: String
  let authorization: String?
  let apiKey: String?
  let sokuKey: String?
  let shopToken: String?
  let accountField: String?
  let idempotencyKey: String?
  let body: RequestBody

  /// A request, its fields read through `field`.
  ///
  /// - Parameters:
  ///   - target: in origin form, `/path?query`.
  ///   - field: the value of a field by its lower-case name; asked for six names, once.
  ///   - body: its content.
  public init(
    method: String, target: String, field: (String) -> String?, body: RequestBody = RequestBody()
  ) {
    self.method = method
    self.body = body
    path = String(target.prefix { $0 != "?" && $0 != "#" })
    authorization = Self.stated(field("authorization"))
    apiKey = Self.stated(field("x-api-key"))
    sokuKey = Self.stated(field("soku-api-key"))
    shopToken = Self.stated(field("x-tts-access-token"))
    accountField = Self.stated(field("x-account-id"))
    idempotencyKey = Self.stated(field("idempotency-key"))
  }

  /// The token of `Authorization: Bearer token`; nil for any other scheme.
  var bearerToken: String? {
    guard let authorization else { return nil }
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return Self.stated(String(parts[1]))
  }

  /// Whether it may change something: POST, PUT, PATCH, DELETE.
  var isWrite: Bool { ["POST", "PUT", "PATCH", "DELETE"].contains(method) }

  private static func stated(_ value: String?) -> String? {
    value.flatMap { $0.isEmpty ? nil : $0 }
  }
}
