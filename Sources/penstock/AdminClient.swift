import CSystem
import Events
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
    _ request: [UInt8], as format: ExplainFormat, at address: ListenAddress, token: Secret?
  ) throws -> String {
    let fields = [("Accept", format.mediaType), ("Content-Type", "message/http")]
    let body = try post("/explain", fields, request, at: address, token: token)
    return String(decoding: body, as: UTF8.self)
  }

  /// Lets the running process read its keys again; gives its answer, which is JSON.
  static func reloadKeys(at address: ListenAddress, token: Secret?) throws -> [UInt8] {
    try post("/keys/reload", [], [], at: address, token: token)
  }

  /// The body of a 200; anything else is a failure with the process's own words for it.
  private static func post(
    _ path: String, _ fields: [(name: String, value: String)], _ content: [UInt8],
    at address: ListenAddress, token: Secret?
  ) throws -> [UInt8] {
    var request: [UInt8] = []
    defer { request.wipe() }
    HeadWriter.requestLine(method: "POST", target: path, to: &request)
    // A Unix socket has no host, and the admin pages want a name of this machine.
    let host = if case .tcp = address { address.text } else { "localhost" }
    HeadWriter.field("Host", host, to: &request)
    for field in fields { HeadWriter.field(field.name, field.value, to: &request) }
    HeadWriter.field("Content-Length", Int64(content.count), to: &request)
    HeadWriter.field("Connection", "close", to: &request)
    request.makeRoom(for: (token?.count ?? 0) + content.count + 32)
    if let token {
      HeadWriter.text("Authorization: Bearer ", to: &request)
      token.append(to: &request)
      HeadWriter.lineEnd(to: &request)
    }
    HeadWriter.lineEnd(to: &request)
    request.append(contentsOf: content)
    let (status, body) = try exchange(request, at: address)
    guard status == 200 else {
      let problem = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
      let detail = problem?["detail"] as? String
      throw AdminFailure(reason: detail ?? "the process answered \(status)")
    }
    return body
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
    var parser = ResponseParser(limits: Bounds().answer)
    guard let head = try? parser.parse(answer.span, to: .post) else {
      throw AdminFailure(reason: "what answers at \(address.text) is no Penstock")
    }
    return (head.status, Array(answer[parser.consumed...]))
  }

  private static func connect(to address: ListenAddress) throws -> Int32 {
    guard case .unix(let path) = address else { return try connectTCP(to: address) }
    let descriptor = csystem_connect_unix(path, 0)
    guard descriptor >= 0 else {
      errno = -descriptor
      throw failure("cannot connect to", address)
    }
    setPatience(of: descriptor)
    return descriptor
  }

  private static func setPatience(of descriptor: Int32) {
    var time = timeval(tv_sec: patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  private static func connectTCP(to address: ListenAddress) throws -> Int32 {
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
    setPatience(of: descriptor)
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
