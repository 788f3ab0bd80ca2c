import FuzzSupport
import HTTPWire

/// A host with its port, as a CONNECT's target, as the `Host`, and as the authority of a URI.
///
/// Whatever takes it must take the same of it, and what is written of that must mean the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let bytes = input.rest()
  let tunnel = target("CONNECT ", bytes, " HTTP/1.1\r\nHost: h\r\n\r\n")
  let field = hostField("GET / HTTP/1.1\r\nHost:", bytes, "\r\n\r\n")
  let address = target("GET http://", bytes, "/ HTTP/1.1\r\nHost: h\r\n\r\n")
  let end = target("GET https://", bytes, " HTTP/1.1\r\nHost: h\r\n\r\n")

  if let tunnel, let port = tunnel.port {
    let text = tunnel.host + Array(":\(port)".utf8)
    require(text == bytes, "\(bytes.shown) is taken as \(text.shown)")
    require(target("CONNECT ", text, " HTTP/1.1\r\nHost: h\r\n\r\n") == tunnel, "not again")
    require(field == tunnel, "a CONNECT's target is no Host")
    require(end == tunnel, "a CONNECT's target is no authority")
  }
  if let field {
    // The field's value may have blanks around it; the rest must be the same in a URI.
    let trimmed = bytes.trimmed
    require(target("GET http://", trimmed, " HTTP/1.1\r\nHost: h\r\n\r\n") == field, "another host")
    let tunnel = target("CONNECT ", trimmed, " HTTP/1.1\r\nHost: h\r\n\r\n")
    require(tunnel == (field.port == nil ? nil : field), "a Host with a port is no target")
  }
  if let address, !bytes.contains(where: { $0 == 0x2F || $0 == 0x3F }) {
    require(field == address, "an authority is no Host")
  }
  return 0
}

/// A host and its port as bytes.
private struct Named: Equatable {
  let host: [UInt8]
  let port: UInt16?
}

/// The head of `before`, `bytes` and `after`, unless it is refused or ends somewhere else.
private func head(_ before: String, _ bytes: [UInt8], _ after: String) -> RequestHead? {
  let text = Array(before.utf8) + bytes + Array(after.utf8)
  var parser = RequestParser(limits: .request)
  guard let head = try? parser.parse(text.span), parser.consumed == text.count else { return nil }
  return head
}

private func target(_ before: String, _ bytes: [UInt8], _ after: String) -> Named? {
  guard let head = head(before, bytes, after) else { return nil }
  switch head.target {
  case .authority(let host, let port):
    return Named(host: Array(head.block.slice(host)), port: port)
  case .absolute(_, let host, let port, _):
    return Named(host: Array(head.block.slice(host)), port: port)
  case .origin, .asterisk: return nil
  }
}

private func hostField(_ before: String, _ bytes: [UInt8], _ after: String) -> Named? {
  guard let head = head(before, bytes, after), head.block.fields.count == 1,
    let host = head.hostField
  else { return nil }
  return Named(host: Array(head.block.slice(host.host)), port: host.port)
}
