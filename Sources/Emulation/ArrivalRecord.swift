import Statistics
import Timekeeping

/// What the emulator logs of one request: a JSON object on a line of its own.
public struct ArrivalRecord: Hashable, Sendable {
  /// When the request was counted.
  public let at: Instant
  /// The label of its credential, never the credential.
  public let key: String?
  /// Its account, where the provider has one.
  public let account: String?
  /// Its method.
  public let method: String
  /// Its path, without the query.
  public let path: String
  /// The status it was answered with.
  public let status: Int
  /// The limit that refused it; nil when none did.
  public let limit: String?

  /// A record.
  public init(
    at: Instant, key: String?, account: String?, method: String, path: String, status: Int,
    limit: String? = nil
  ) {
    self.at = at
    self.key = key
    self.account = account
    self.method = method
    self.path = path
    self.status = status
    self.limit = limit
  }

  /// The record of a request that was given `answer`, sent with `status`.
  public init(of request: EmulatedRequest, answer: EmulatedAnswer, status: Int, at: Instant) {
    self.init(
      at: at, key: answer.key, account: answer.account, method: request.method,
      path: request.path, status: status, limit: answer.limit)
  }

  /// The record as JSON, without a newline: `{"monotonic_ns":1,"key":"key-1","account":null,...}`.
  public var line: String { String(decoding: json.bytes, as: UTF8.self) }

  /// Appends the record as JSON and a newline.
  public func append(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: json.bytes)
    bytes.append(UInt8(ascii: "\n"))
  }

  private var json: JSONText {
    var json = JSONText()
    json.object { json in
      json.integer("monotonic_ns", at.nanoseconds)
      json.string("key", key)
      json.string("account", account)
      json.string("method", method)
      json.string("path", path)
      json.integer("status", status)
      json.string("limit", limit)
    }
    return json
  }
}
