/// Why a message was refused; the connection it came on cannot be used any further.
public struct WireError: Error, Hashable, Sendable {
  /// The status to answer with: 400, 414, 417, 431, 501 or 505 for a request, 502 for a response.
  public let status: Int
  /// What was wrong, for people; never holds a byte of the message, so no secret can leak by it.
  public let reason: String

  /// A refusal with `status` and `reason`.
  public init(status: Int, reason: String) {
    self.status = status
    self.reason = reason
  }

  static func malformed(_ reason: String) -> WireError { WireError(status: 400, reason: reason) }

  static func tooLarge(_ reason: String) -> WireError { WireError(status: 431, reason: reason) }

  /// The same fault, found in what an origin sent (wire-and-security.md: 502x).
  var fromOrigin: WireError { WireError(status: 502, reason: reason) }
}
