/// What an emulated provider reads of a request.
public struct EmulatedRequest: Sendable {
  /// The method, as sent.
  public let method: String
  /// The path of the target, without the query, which may hold secrets.
  public let path: String
  let authorization: String?
  let apiKey: String?
  let sokuKey: String?
  let accountField: String?

  /// A request, its fields read through `field`.
  ///
  /// - Parameters:
  ///   - target: in origin form, `/path?query`.
  ///   - field: the value of a field by its lower-case name; asked for four names, once.
  public init(method: String, target: String, field: (String) -> String?) {
    self.method = method
    path = String(target.prefix { $0 != "?" && $0 != "#" })
    authorization = Self.stated(field("authorization"))
    apiKey = Self.stated(field("x-api-key"))
    sokuKey = Self.stated(field("soku-api-key"))
    accountField = Self.stated(field("x-account-id"))
  }

  /// The token of `Authorization: Bearer token`; nil for any other scheme.
  var bearerToken: String? {
    guard let authorization else { return nil }
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return Self.stated(String(parts[1]))
  }

  private static func stated(_ value: String?) -> String? {
    value.flatMap { $0.isEmpty ? nil : $0 }
  }
}
