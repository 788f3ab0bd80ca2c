import HTTPWire

/// The origin's answer: its head, where its body comes from, and what of the body was looked at.
final class Answer {
  let head: ResponseHead
  let upstream: Upstream
  var body: BodyDecoder
  /// Body bytes that were read to learn from them; they are relayed first.
  var inspected: [UInt8] = []

  init(_ head: ResponseHead, from upstream: Upstream) {
    self.head = head
    self.upstream = upstream
    body = BodyDecoder(head.framing, from: .response)
  }
}
