import COpenSSL
import Events
import Interception
import Testing

/// A listener with TLS whose clients are intercepted: TLS over TLS.
@Suite struct NestedTests {
  /// What the inner handshake and a message each way come to.
  static func outcome(_ inner: TestClient.Setup) throws -> String {
    let folder = try Folder()
    let given = try GivenCertificateTests.folder()
    return try LoopBench.run { bench in
      let outer = try await Meeting(
        try GivenCertificateTests.server(given, clients: false),
        try TestClient(.init(trust: given.path + "/server.pem")), host: nil, on: bench.loop)
      if let failure = outer.failure { throw failure }
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      var setup = inner
      setup.trust = folder.certificate
      let client = try TestClient(setup)
      outer.pipe.peer = { bytes in
        let answer = outer.client.take(bytes)
        guard let plain = outer.client.read(), !plain.isEmpty else { return answer }
        return answer + outer.client.write(plain.withUnsafeBytes { client.take($0) })
      }
      outer.pipe.bring(outer.client.write(client.start()))
      let stream = TLSServerStream(
        server, over: outer.stream, on: bench.loop, host: "api.example")
      let point = WaitPoint(bench.loop)
      point.expire(after: .seconds(10))
      do throws(TLSFailure) {
        try await stream.handshake(at: point)
      } catch {
        return "\(error.kind) \(client.alert ?? 0): \(error)"
      }
      outer.pipe.bring(outer.client.write(client.write(Array("ping".utf8))))
      let buffer = ByteBuffer()
      guard stream.canReceive, try stream.receive(into: buffer) == 4 else { return "nothing came" }
      try await stream.write(Array("pong".utf8), at: point)
      let text = String(decoding: client.read() ?? [], as: UTF8.self)
      stream.close()
      return "\(text) \(client.read() == nil) \(outer.client.read() == nil) \(outer.pipe.isClosed)"
    }
  }

  @Test func `TLS works inside TLS, and closing ends both`() throws {
    let outcome = try NestedTests.outcome(.init())
    #expect(outcome == "pong true true true")
  }

  @Test func `a failure inside TLS keeps its reason`() throws {
    #expect(
      try NestedTests.outcome(.init(serverName: "evil.example"))
        == "wrongName 112: the client connected to api.example and asks for \"evil.example\"")
    #expect(
      try NestedTests.outcome(.init(protocols: ["h2"]))
        == "broken 120: the TLS handshake failed: no application protocol")
  }
}
