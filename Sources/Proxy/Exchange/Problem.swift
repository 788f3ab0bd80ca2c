import HTTPWire
import Statistics
import Timekeeping

/// An answer of Penstock's own that is no success: a problem document (RFC 9457).
public struct Problem: Error, Sendable {
  /// What an origin said that the problem passes on.
  struct ProviderAnswer: Sendable {
    var status: Int
    var contentType: String?
    var body: [UInt8]
  }

  /// The status code.
  var status: Int
  /// Names the kind of problem: the last part of its URN.
  var kind: String
  /// One sentence for people; no secret, and nothing the caller sent.
  public var detail: String
  /// The limit or the hold that stands in the way.
  var limit: String?
  /// When it makes sense to come back.
  var retryAfter: Duration?
  /// Whether the connection ends with this answer.
  var closes = false
  /// The provider's last answer, when that is why.
  var provider: ProviderAnswer?
  /// The answer to the first request of the batch, when that is why.
  var first: ProviderAnswer?
  /// Methods that are allowed, for 405.
  var allow: String?
  /// How to say who one is: `WWW-Authenticate` of 401, `Proxy-Authenticate` of 407.
  var challenge: String?

  init(_ status: Int, _ kind: String, _ detail: String, closes: Bool = false) {
    self.status = status
    self.kind = kind
    self.detail = detail
    self.closes = closes
  }

  /// The problem as a whole answer, head and body.
  func answer(
    closing: Bool, date: [UInt8], via: [UInt8] = [], withBody: Bool = true
  ) -> [UInt8] {
    let body = document
    var bytes: [UInt8] = []
    bytes.reserveCapacity(body.count + 320)
    HeadWriter.statusLine(status, to: &bytes)
    bytes.append(contentsOf: date)
    HeadWriter.field("Content-Type", Problem.contentType, to: &bytes)
    HeadWriter.field("Content-Length", Int64(body.count), to: &bytes)
    if let retryAfter {
      HeadWriter.field("Retry-After", max(1, retryAfter.roundedUpSeconds), to: &bytes)
    }
    if let allow { HeadWriter.field("Allow", allow, to: &bytes) }
    if let challenge {
      let name = status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate"
      HeadWriter.field(name, challenge, to: &bytes)
    }
    bytes.append(contentsOf: via)
    if closing { HeadWriter.field("Connection", "close", to: &bytes) }
    HeadWriter.lineEnd(to: &bytes)
    if withBody { bytes.append(contentsOf: body) }
    return bytes
  }

  /// The media type of a problem document.
  static let contentType = "application/problem+json"

  /// The problem as a document.
  var document: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.string("type", "urn:penstock:problem:\(kind)")
      json.string("title", ReasonPhrase.of(status))
      json.integer("status", status)
      json.string("detail", detail)
      if let limit { json.string("limit", limit) }
      if let retryAfter { json.number("retry_after_s", retryAfter.inSeconds) }
      if let provider { write(provider, as: "provider", to: &json) }
      if let first { write(first, as: "first", to: &json) }
    }
    return json.bytes + [0x0A]
  }

  private func write(_ answer: ProviderAnswer, as name: String, to json: inout JSONText) {
    json.object(name) { json in
      json.integer("status", answer.status)
      if let type = answer.contentType { json.string("content_type", type) }
      json.text("body", answer.body)
    }
  }
}
