import Foundation
import Glibc
import HTTPWire
import Policy
import Proxy

/// Why the running process gave no answer, in words for a person.
struct AdminFailure: Error {
  let reason: String
}

/// Asks a running process on this machine, over a connection of its own, and waits for the answer.
enum AdminClient {
  /// Most bytes of an answer, and the seconds it may take.
  private static let largest = 4 << 20
  private static let patience = 10

  /// What the running process says of a request, given as its head is sent.
  static func explain(
    _ request: [UInt8], as format: ExplainFormat, at address: ListenAddress
  ) throws -> String {
    var head: [UInt8] = Array("POST /explain HTTP/1.1\r\n".utf8)
    HeadWriter.field("Host", address.text, to: &head)
    HeadWriter.field("Accept", format.mediaType, to: &head)
    HeadWriter.field("Content-Type", "message/http", to: &head)
    HeadWriter.field("Content-Length", Int64(request.count), to: &head)
    HeadWriter.field("Connection", "close", to: &head)
    HeadWriter.lineEnd(to: &head)
    let (status, body) = try exchange(head + request, at: address)
    let text = String(decoding: body, as: UTF8.self)
    guard status == 200 else {
      let problem = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
      let detail = problem?["detail"] as? String
      throw AdminFailure(reason: detail ?? "the process answered \(status)")
    }
    return text
  }

  private static func exchange(
    _ bytes: [UInt8], at address: ListenAddress
  ) throws -> (status: Int, body: [UInt8]) {
    let descriptor = try connect(to: address)
    defer { close(descriptor) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { throw failure("cannot write to", address) }
      sent += count
    }
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while answer.count < largest {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count == 0 { break }
      guard count > 0 else { throw failure("cannot read from", address) }
      answer += piece[..<count]
    }
    var parser = ResponseParser(limits: .response)
    guard let head = try? parser.parse(answer.span, to: .post) else {
      throw AdminFailure(reason: "what answers at \(address.text) is no Penstock")
    }
    return (head.status, Array(answer[parser.consumed...]))
  }

  private static func connect(to address: ListenAddress) throws -> Int32 {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard case .tcp(let host, let port) = address,
      getaddrinfo(host, "\(port)", &hints, &found) == 0, let found
    else {
      throw AdminFailure(reason: "\(address.text) is no address")
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype, 0)
    guard descriptor >= 0 else { throw failure("cannot open a socket for", address) }
    var time = timeval(tv_sec: patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    let place = __CONST_SOCKADDR_ARG(__sockaddr__: found.pointee.ai_addr)
    guard Glibc.connect(descriptor, place, found.pointee.ai_addrlen) == 0 else {
      defer { close(descriptor) }
      throw failure("cannot connect to", address)
    }
    return descriptor
  }

  private static func failure(_ what: String, _ address: ListenAddress) -> AdminFailure {
    AdminFailure(reason: "\(what) \(address.text): \(String(cString: strerror(errno)))")
  }
}
