import HTTPWire

/// A change of protocol on a connection (RFC 9110 section 7.8).
enum Upgrade {
  /// The protocols a request asks for and its API allows, as sent; none where the request may not
  /// ask: in HTTP/1.0, with a body, or without `Connection: upgrade`.
  static func asked(by head: RequestHead, allowed: [String]) -> [String] {
    let block = head.block
    guard !allowed.isEmpty, head.version == .http11, block.contains(.upgrade),
      head.framing == .none || head.framing == .length(0),
      block.elements(of: .connection).contains(where: { block.equals($0, "upgrade") })
    else { return [] }
    return block.elements(of: .upgrade).compactMap { element in
      allowed.contains { block.equals(element, $0) } ? block.string(element) : nil
    }
  }

  /// The protocol that an answer of 101 switches to; nil unless it is one of those asked for, and
  /// the answer is HTTP/1.1 with `Connection: upgrade`.
  static func chosen(by head: ResponseHead, among asked: [String]) -> String? {
    let block = head.block
    let named = Array(block.elements(of: .upgrade))
    guard named.count == 1, head.version == .http11,
      block.elements(of: .connection).contains(where: { block.equals($0, "upgrade") })
    else { return nil }
    return asked.first { block.equals(named[0], $0.lowercased()) }
  }

  /// Appends the two fields of a change to `protocols`.
  static func write(_ protocols: [String], to output: inout [UInt8]) {
    guard !protocols.isEmpty else { return }
    HeadWriter.field("Connection", "upgrade", to: &output)
    HeadWriter.field("Upgrade", protocols.joined(separator: ", "), to: &output)
  }
}
