import COpenSSL
import Events
import Interception
import Timekeeping

/// A client and the server's stream over a pipe, in one task of a loop.
struct Meeting {
  let client: TestClient
  let pipe: Pipe
  let stream: TLSServerStream
  let point: WaitPoint
  /// Why the server refused; nil when the handshake was completed.
  private(set) var failure: TLSFailure?

  /// Lets the client talk to the server until the handshake is over.
  ///
  /// `early` of its first bytes are read ahead, and the server reads at most `readSize` at once. A
  /// client that is given its `opening` leaves after it.
  init(
    _ server: TLSServer, _ client: TestClient, host: String? = "api.example", early: Int = 0,
    readSize: Int = .max, opening: [UInt8]? = nil, on loop: EventLoop
  ) async throws {
    self.client = client
    pipe = Pipe()
    pipe.peer = client.take
    pipe.readSize = readSize
    pipe.isEnded = opening != nil
    let opening = opening ?? client.start()
    pipe.bring(Array(opening.dropFirst(early)))
    stream = TLSServerStream(
      server, over: pipe, on: loop, early: Array(opening.prefix(early)), host: host)
    point = WaitPoint(loop)
    point.expire(after: .seconds(10))
    do throws(TLSFailure) {
      try await stream.handshake(at: point)
    } catch {
      failure = error
    }
    // The session's tickets come after the handshake.
    _ = client.read()
  }

  /// What the server reads until it finds nothing more; nil once the client has said goodbye.
  func read() throws(IOFailure) -> [UInt8]? {
    var all: [UInt8] = []
    let buffer = ByteBuffer()
    while stream.canReceive {
      buffer.clear()
      guard let count = try stream.receive(into: buffer) else { continue }
      if count == 0 { return all.isEmpty ? nil : all }
      buffer.append(0..<count, to: &all)
    }
    return all
  }

  /// What the server sends in one go.
  func send(_ text: String) throws -> Int {
    try stream.send(Array(text.utf8), from: 0, then: nil, 0..<0)
  }

  /// The leaf the client was shown, written to a file.
  func save(to path: String) throws {
    guard let leaf = SSL_get0_peer_certificate(client.ssl), let file = BIO_new_file(path, "w")
    else { throw NoLeaf() }
    PEM_write_bio_X509(file, leaf)
    BIO_free(file)
  }

  private struct NoLeaf: Error {}
}
