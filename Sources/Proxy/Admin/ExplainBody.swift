import HTTPWire
import Serving

/// The request an operator asks about, as the body of his own: its head as it would be sent
/// (`message/http`, RFC 9112 section 10.1).
enum ExplainBody {
  static let mediaType = "message/http"

  /// Reads the body of a request to the admin address; nil when it has none or too large a one.
  static func read(
    _ head: RequestHead, from client: ServerConnection, largest: Int
  ) async throws(ServingFailure) -> [UInt8]? {
    guard head.framing != .none else { return nil }
    // What it does not take is left to the end of the connection.
    guard head.method == .post, !head.expectsContinue else { return nil }
    var body: [UInt8] = []
    client.point.expire(after: client.patience.body)
    while true {
      switch try client.bodyStep() {
      case .data(let range):
        guard body.count + range.count <= largest else { return nil }
        client.input.append(range, to: &body)
        client.input.consume(range.upperBound)
      case .end(let consumed):
        client.input.consume(consumed)
        return body
      case .needsMore(let consumed):
        client.input.consume(consumed)
        while try client.receiveBody() == nil {
          if client.point.isExpired {
            throw .malformed(WireError(status: 408, reason: "the request's body took too long"))
          }
          await client.point.wait()
        }
      }
    }
  }

  /// - Throws: `Problem` for a body that is absent, too large or of another type.
  ///
  /// The type is asked for because a page in a browser cannot send it without asking first.
  static func check(
    _ body: [UInt8]?, of head: RequestHead, largest: Int
  ) throws(Problem) -> [UInt8] {
    let type = head.block.value(named: "content-type")?.split(separator: ";").first
    guard type?.trimmed.lowercased() == mediaType else {
      throw Problem(415, "unsupported-media-type", "send the request's head as \(mediaType)")
    }
    guard let body else {
      throw Problem(413, "too-large", "send a request's head of at most \(largest) bytes")
    }
    return body
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.last == " " || text.last == "\t" { text.removeLast() }
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    return text
  }
}
