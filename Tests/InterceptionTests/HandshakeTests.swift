import COpenSSL
import Events
import Foundation
import Interception
import Testing
import Timekeeping

@Suite struct HandshakeTests {
  /// What a handshake came to: `ok`, or the kind of failure and the alert the client got.
  static func outcome(
    _ setup: TestClient.Setup, host: String = "api.example", hosts: [String]? = nil,
    opening: [UInt8]? = nil
  ) throws -> String {
    let folder = try Folder()
    return try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(for: hosts), bound: 10)
      var setup = setup
      setup.trust = folder.certificate
      let client = try TestClient(setup)
      let meeting = try await Meeting(server, client, host: host, opening: opening, on: bench.loop)
      if let failure = meeting.failure {
        return "\(failure.kind) \(client.alert.map(String.init) ?? "-")"
      }
      return client.isConnected ? client.verification : "not connected"
    }
  }

  @Test(arguments: ["api.example", "192.0.2.7", "2001:db8::1", "a.b-c.x1.example"])
  func `a leaf is good for its host under the authority`(host: String) throws {
    let isName = host.hasSuffix("example")
    let setup = TestClient.Setup(host: host, serverName: isName ? host : nil)
    #expect(try HandshakeTests.outcome(setup, host: host, hosts: [host]) == "ok")
  }

  @Test(
    arguments: [
      ("row 77: no name", nil, "api.example", "ok"),
      ("row 77: the name", "api.example", "api.example", "ok"),
      ("row 77: the name in capitals", "API.Example", "api.example", "ok"),
      ("row 77: the name with a last dot", "api.example.", "api.example", "ok"),
      ("row 77: connected with a last dot", "api.example", "api.example.", "ok"),
      ("row 77: connected in capitals", "api.example", "API.EXAMPLE", "ok"),
      ("row 77: another name", "evil.example", "api.example", "wrongName 112"),
      ("row 77: a name below it", "x.api.example", "api.example", "wrongName 112"),
      ("row 77: the name and more", "api.example.evil", "api.example", "wrongName 112"),
      ("row 77: an address for a name", "192.0.2.7", "api.example", "wrongName 112"),
    ] as [(String, String?, String, String)])
  func `the name asked for is the one connected to`(
    row: String, asked: String?, connected: String, expected: String
  ) throws {
    let setup = TestClient.Setup(serverName: asked)
    #expect(try HandshakeTests.outcome(setup, host: connected) == expected, "\(row)")
  }

  @Test(
    arguments: [
      (TLS1_1_VERSION, "broken 70"), (TLS1_2_VERSION, "ok"), (TLS1_3_VERSION, "ok"),
    ] as [(Int32, String)])
  func `TLS before 1 2 is refused`(version: Int32, expected: String) throws {
    #expect(try HandshakeTests.outcome(TestClient.Setup(version: version)) == expected)
  }

  @Test(
    arguments: [
      ([], "ok"), (["http/1.1"], "ok"), (["h2", "http/1.1"], "ok"), (["h2"], "broken 120"),
      (["http/1.0", "http/1.10"], "broken 120"),
    ] as [([String], String)])
  func `only the protocol it speaks is chosen`(protocols: [String], expected: String) throws {
    #expect(try HandshakeTests.outcome(TestClient.Setup(protocols: protocols)) == expected)
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n", "\u{0}", "\r\n",
  ])
  func `row 77: bytes that are no TLS are named so and not answered`(text: String) throws {
    let folder = try Folder()
    let answered = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let pipe = Pipe()
      var count = 0
      pipe.peer = { bytes in
        count += bytes.count
        return []
      }
      pipe.bring(Array(text.utf8))
      let stream = TLSServerStream(server, over: pipe, on: bench.loop, host: "api.example")
      do throws(TLSFailure) {
        try await stream.handshake(at: WaitPoint(bench.loop))
        return "ok"
      } catch {
        stream.close()
        return "\(error.kind) \(count)"
      }
    }
    #expect(answered == "notTLS 0")
  }

  @Test(
    arguments: [
      ([0x16, 0x47, 0x45, 0x54, 0x20, 0x2F], "notTLS -"),
      ([0x16, 0x03, 0x01, 0x00, 0x04, 0x01, 0x00, 0x00, 0x00], "broken 50"),
      ([0x16, 0x03, 0x01, 0xFF, 0xFF, 0x01], "broken 22"),
    ] as [([UInt8], String)])
  func `a hello that breaks the rules is refused`(bytes: [UInt8], expected: String) throws {
    let outcome = try HandshakeTests.outcome(TestClient.Setup(), opening: bytes)
    #expect(outcome == expected)
  }

  @Test func `row 77: a hello of 60 KB is refused, one of 12 KB is not`() throws {
    let word = String(repeating: "x", count: 240)
    for (count, expected) in [(250, "broken -"), (50, "ok")] {
      let many = (0..<count).map { _ in word } + ["http/1.1"]
      #expect(try HandshakeTests.outcome(TestClient.Setup(protocols: many)) == expected)
    }
  }

  @Test func `a client that takes too long or leaves is told from one that fails`() throws {
    let folder = try Folder()
    let kinds = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      var kinds: [TLSFailure.Kind] = []
      for isEnded in [false, true] {
        let pipe = Pipe()
        pipe.bring(Array(try TestClient().start().prefix(100)))
        pipe.isEnded = isEnded
        let stream = TLSServerStream(server, over: pipe, on: bench.loop, host: "api.example")
        let point = WaitPoint(bench.loop)
        point.expire(after: isEnded ? nil : .zero)
        do throws(TLSFailure) {
          try await stream.handshake(at: point)
        } catch {
          kinds.append(error.kind)
        }
        point.retire()
      }
      return kinds
    }
    #expect(kinds == [.timeout, .broken])
  }

  @Test func `bytes read early count, wherever they were cut`() throws {
    let folder = try Folder()
    let failures = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let length = try TestClient().start().count
      var failures: [Int] = []
      for cut in 0...length {
        let client = try TestClient(.init(trust: folder.certificate))
        let meeting = try await Meeting(server, client, early: cut, on: bench.loop)
        if meeting.failure != nil || !client.isConnected { failures.append(cut) }
      }
      return length > 100 ? failures : [length]
    }
    #expect(failures == [])
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `a handshake comes through a byte at a time`(version: Int32) throws {
    let folder = try Folder()
    let text = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let client = try TestClient(.init(trust: folder.certificate, version: version))
      let meeting = try await Meeting(server, client, readSize: 1, on: bench.loop)
      meeting.pipe.bring(client.write(Array("request".utf8)))
      return String(decoding: try meeting.read() ?? [], as: UTF8.self)
    }
    #expect(text == "request")
  }

  /// A hello that came in two pieces, with a wait between them.
  @Test(arguments: [1, 5, 6, 100])
  func `a hello may come in pieces`(cut: Int) throws {
    let folder = try Folder()
    let ending = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let client = try TestClient()
      let pipe = Pipe()
      pipe.peer = client.take
      let opening = client.start()
      pipe.bring(Array(opening[..<cut]))
      let stream = TLSServerStream(server, over: pipe, on: bench.loop, host: "api.example")
      let rest = Timer(bench.loop) { pipe.bring(Array(opening[cut...])) }
      rest.set(bench.loop.now + .milliseconds(1))
      let point = WaitPoint(bench.loop)
      point.expire(after: .seconds(10))
      do throws(TLSFailure) {
        try await stream.handshake(at: point)
      } catch {
        return "\(error.kind) \(error)"
      }
      withExtendedLifetime(rest) {}
      return client.isConnected ? "ok" : "not connected"
    }
    #expect(ending == "ok")
  }

  @Test func `a name asked for brings no control character into a log`() throws {
    let folder = try Folder()
    let detail = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let client = try TestClient(TestClient.Setup(serverName: "a\u{1B}[2J\u{7}.example"))
      return try await Meeting(server, client, on: bench.loop).failure?.detail
    }
    #expect(detail == "the client connected to api.example and asks for \"a[2J.example\"")
  }
}
