import HTTPWire
import Inflating

/// The origin's answer: its head, where its body comes from, and what of the body was looked at.
final class Answer {
  /// What became of taking a piece of the body.
  enum Piece { case some, end, needsMore, broken }

  /// How much of a body is looked at.
  static let inspection = 64 << 10

  let head: ResponseHead
  let upstream: Upstream
  var body: BodyDecoder
  /// Body bytes that were read to learn from them, as they came; they are relayed first.
  private(set) var inspected: [UInt8] = []
  /// What stands under the content coding of so many of those.
  private var decoded: (of: Int, text: [UInt8])?

  init(_ head: ResponseHead, from upstream: Upstream, within limits: BodyLimits) {
    self.head = head
    self.upstream = upstream
    body = BodyDecoder(head.framing, from: .response, limits: limits)
  }

  /// What was read of the body, without its content coding; empty under one that is not known.
  var text: [UInt8] {
    guard !inspected.isEmpty, let value = head.block.joined(named: "content-encoding"),
      value.lowercased() != "identity"
    else { return inspected }
    if let decoded, decoded.of == inspected.count { return decoded.text }
    let text =
      ContentCoding(value).map {
        Inflater.inflate(inspected, $0, limit: Answer.inspection)
      } ?? []
    decoded = (inspected.count, text)
    return text
  }

  /// What comes next in the body; nil when its framing is broken.
  func step() -> BodyStep? {
    if body.isComplete { return .end(consumed: 0) }
    return try? upstream.incoming.withReadable { bytes throws(WireError) in
      try body.decode(bytes)
    }
  }

  /// Adds what is there of the body to what was looked at.
  func take() -> Piece {
    let incoming = upstream.incoming
    switch step() {
    case .data(let range):
      incoming.append(range, to: &inspected)
      incoming.consume(range.upperBound)
      return .some
    case .end(let consumed):
      incoming.consume(consumed)
      return .end
    case .needsMore(let consumed):
      incoming.consume(consumed)
      return .needsMore
    case nil: return .broken
    }
  }

  /// Forgets what was looked at: it has been relayed.
  func forgetInspected() {
    inspected = []
    decoded = nil
  }
}
