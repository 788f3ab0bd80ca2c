import FuzzSupport
import HTTPWire

/// A steering byte (the lowest bit: small limits), pieces, then the bytes of a connection.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let limits =
    input.byte() & 1 == 0
    ? HeadLimits.request : HeadLimits(startLine: 40, line: 48, block: 160, fields: 6)
  let pieces = input.pieces()
  let bytes = input.rest()
  let outcomes = cuts(of: bytes.count, pieces: pieces).map {
    RequestOutcome.run(bytes, cuts: $0, limits: limits)
  }
  for outcome in outcomes {
    require(outcome == outcomes[0], "cuts change the outcome:\n\(outcomes[0])\n\(outcome)")
  }
  if let refusal = outcomes[0].refusal {
    require(
      [400, 414, 417, 431, 501, 505].contains(refusal.status), "refused with \(refusal.status)")
  }
  var at = 0
  for (meaning, consumed) in zip(outcomes[0].heads, outcomes[0].consumed) {
    checkHead(Array(bytes[at..<at + consumed]), meaning, limits)
    at += consumed
  }
  return 0
}

/// Reads an accepted head once more and holds it against the catalogue of what none may be.
private func checkHead(_ bytes: [UInt8], _ meaning: RequestMeaning, _ limits: HeadLimits) {
  var parser = RequestParser(limits: limits)
  guard let head = try? parser.parse(bytes.span) else {
    fatalError("finding: a head is refused the second time")
  }
  require(RequestMeaning(head) == meaning, "a head means another thing the second time")
  let block = head.block
  meaning.fields.check(block)
  meaning.fields.check(head.framing)
  require(block.fields.count <= limits.fields && block.bytes.count <= limits.block, "too large")
  require(bytes.count - block.bytes.count <= 4, "too many empty lines")
  checkLine(head, meaning)
  checkFields(head, meaning)
  checkRewritten(head, meaning)
}

private func checkLine(_ head: RequestHead, _ meaning: RequestMeaning) {
  let target = Array(head.block.slice(head.targetRange))
  require(meaning.method.isToken && meaning.method.count <= 64, "the method")
  require(
    target.allSatisfy { 0x21...0x7E ~= $0 && !"\"#<>\\".utf8.contains($0) }, "the target's bytes")
  require(
    (head.method == .connect) == (meaning.method == Array("CONNECT".utf8)), "CONNECT by its name")
  switch meaning.target {
  case .origin(let path):
    require(path.first == 0x2F && path == target && head.method != .connect, "an origin form")
  case .absolute(_, let host, let port, let path):
    require(target.lowercased.starts(with: Array("http".utf8)), "an absolute form")
    require(isHost(host) && port != 0 && head.method != .connect, "an absolute form's host")
    require(path.isEmpty || path[0] == 0x2F || path[0] == 0x3F, "an absolute form's path")
    require(target.suffix(path.count).elementsEqual(path), "an absolute form's end")
  case .authority(let host, let port):
    require(head.method == .connect && isHost(host) && port > 0, "an authority form")
    require(target == host + Array(":\(port)".utf8), "an authority form's bytes")
  case .asterisk: require(target == [0x2A] && head.method == .options, "an asterisk form")
  }
}

/// Bytes that can stand in a URI as a host: no user, no port, no percent-encoding.
private func isHost(_ host: [UInt8]) -> Bool {
  guard host.count <= 255, let first = host.first, first != 0x2E, first != 0x2D else {
    return false
  }
  return host.allSatisfy { byte in
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-._[]:".utf8.contains(byte)
    }
  }
}

private func checkFields(_ head: RequestHead, _ meaning: RequestMeaning) {
  let fields = meaning.fields
  let hosts = fields.values("host")
  require(hosts.count == 1 || hosts.isEmpty && head.version == .http10, "\(hosts.count) hosts")
  require((meaning.host != nil) == (hosts.count == 1), "the host is not the field's")
  if let host = meaning.host, let value = hosts.first {
    let port = meaning.port.map { Array(":\($0)".utf8) } ?? []
    require(isHost(host) && value == host + port, "the host's bytes")
  }
  require(fields.values("content_length").isEmpty, "an underscore twin")
  require(fields.values("transfer_encoding").isEmpty, "an underscore twin")
  let codings = fields.values("transfer-encoding")
  require(codings.isEmpty || head.version == .http11 && head.method != .connect, "a coding")
  require(head.framing != .untilClose, "a request until the connection's end")
  require(head.method != .connect || head.framing == .none, "a CONNECT with a body")
  let options = fields.values("connection").flatMap { value in
    value.split(separator: 0x2C).map { $0.trimmed.lowercased.shown }
  }
  require(options.count <= 64, "too many options")
  require(
    !options.contains { ["host", "content-length", "transfer-encoding"].contains($0) },
    "a vital field would be dropped")
  require(!options.contains("close") || !head.keepAlive, "a connection that should end")
  require(head.version == .http11 || !head.keepAlive, "HTTP/1.0 kept alive")
}

/// Writes a head as a proxy does and reads it again: it must mean the same.
private func checkRewritten(_ head: RequestHead, _ meaning: RequestMeaning) {
  let block = head.block
  var bytes: [UInt8] = []
  HeadWriter.requestLine(of: head, target: block.slice(head.targetRange), to: &bytes)
  let isOld = head.version == .http10
  if isOld, meaning.host == nil { HeadWriter.field("Host", "old.example", to: &bytes) }
  for field in block.fields where !isOld || field.id != .expect {
    HeadWriter.field(field, of: block, to: &bytes)
  }
  HeadWriter.lineEnd(to: &bytes)
  // A blank may have come behind each colon.
  let limits = HeadLimits(startLine: 16 << 10, line: 32 << 10, block: 64 << 10, fields: 101)
  let outcome = RequestOutcome.run(bytes, cuts: [bytes.count], limits: limits)
  guard let again = outcome.heads.first, outcome.consumed == [bytes.count] else {
    fatalError("finding: what was written is refused: \(bytes.shown)")
  }
  require(
    again.method == meaning.method && again.target == meaning.target
      && again.framing == meaning.framing && again.version == .http11, "another message")
  guard !isOld else { return }
  require(
    again.fields == meaning.fields && again.host == meaning.host && again.port == meaning.port
      && again.keepAlive == meaning.keepAlive && again.expectsContinue == meaning.expectsContinue,
    "other fields")
}
