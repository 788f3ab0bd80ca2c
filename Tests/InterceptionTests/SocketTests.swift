import COpenSSL
import CSystem
import Events
import Foundation
import Glibc
import Interception
import Testing

@Suite struct SocketTests {
  /// Two connected, non-blocking stream sockets with small buffers.
  static func pair() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    var size: Int32 = 5000
    for end in ends { setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(4)) }
    return (ends[0], ends[1])
  }

  @Test func `a megabyte goes there and back through small socket buffers`() throws {
    let folder = try Folder()
    let outcome = try LoopBench.run { bench in
      let (left, right) = try SocketTests.pair()
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let point = WaitPoint(bench.loop)
      point.expire(after: .seconds(60))
      let payload = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
      let far = FarEnd(
        try TestClient(.init(trust: folder.certificate)),
        Socket(bench.loop, descriptor: right), asks: payload)
      let stream = TLSServerStream(
        server, over: Socket(bench.loop, descriptor: left), on: bench.loop, host: "api.example")
      far.wake()
      try await stream.handshake(at: point)
      let echo = ByteBuffer()
      var echoed = 0
      while echoed < payload.count, !point.isExpired {
        if echo.isEmpty {
          if stream.canReceive, try stream.receive(into: echo) != nil { continue }
        } else {
          let sent = try stream.send([], from: 0, then: echo, 0..<echo.count)
          echo.consume(sent)
          echoed += sent
          if sent > 0 { continue }
        }
        await point.wait()
      }
      stream.finishSending()
      far.ended = point
      while !far.isEnded, !point.isExpired { await point.wait() }
      stream.close()
      far.socket.close()
      return [far.got == payload, far.isEnded]
    }
    #expect(outcome == [true, true])
  }

  /// The client's end of a socket pair, which moves whatever can be moved when it is woken.
  final class FarEnd: Wakeable {
    let client: TestClient
    let socket: Socket
    /// Everything decrypted.
    private(set) var got: [UInt8] = []
    /// Whether the server has said goodbye.
    private(set) var isEnded = false
    /// Who waits for that.
    var ended: WaitPoint?
    private var asks: ArraySlice<UInt8>
    private var out: [UInt8]

    init(_ client: TestClient, _ socket: Socket, asks: [UInt8]) {
      self.client = client
      self.socket = socket
      self.asks = asks[...]
      out = client.start()
      socket.waitPoint = self
    }

    func wake() {
      while (try? turn()) == true {}
      if isEnded { ended?.wake() }
    }

    private func turn() throws -> Bool {
      if out.isEmpty, client.isConnected, !asks.isEmpty {
        out = client.write(Array(asks.prefix(9000)))
        asks = asks.dropFirst(9000)
      }
      let sent = out.isEmpty ? 0 : try socket.send(out, from: 0, then: nil, 0..<0)
      out.removeFirst(sent)
      let buffer = ByteBuffer()
      guard socket.canReceive, let count = try socket.receive(into: buffer), count > 0 else {
        return sent > 0
      }
      out += buffer.withReadableBytes(0..<count) { client.take($0) }
      while client.isConnected, !isEnded {
        guard let more = client.read() else {
          isEnded = true
          break
        }
        if more.isEmpty { break }
        got += more
      }
      return true
    }
  }

  @Test(arguments: [
    ["openssl", "s_client", "-brief", "-verify_return_error", "-ign_eof", "-tls1_2"],
    ["openssl", "s_client", "-brief", "-verify_return_error", "-ign_eof", "-tls1_3"],
    ["python3"], ["curl"],
  ])
  func `other clients take the leaf and read what is sent`(command: [String]) throws {
    let folder = try Folder()
    let listening = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(for: ["localhost"]), bound: 10)
      let point = WaitPoint(bench.loop)
      var accepted: Int32 = -1
      let socket = try ListeningSocket.tcp(host: "127.0.0.1", port: 0)
      let listener = Listener(bench.loop, socket) {
        accepted = $0.descriptor
        point.wake()
      }
      let program = try Program(command, port: socket.port ?? 0, trust: folder.certificate)
      point.expire(after: .seconds(30))
      while accepted < 0, !point.isExpired { await point.wait() }
      let stream = TLSServerStream(
        server, over: Socket(bench.loop, descriptor: accepted), on: bench.loop, host: "localhost")
      try await stream.handshake(at: point)
      let text = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n"
      try await stream.write(Array(text.utf8), at: point)
      stream.finishSending()
      let buffer = ByteBuffer()
      while !point.isExpired {
        buffer.clear()
        while !stream.canReceive, !point.isExpired { await point.wait() }
        do throws(IOFailure) {
          if try stream.receive(into: buffer) == 0 { break }
        } catch {
          // Many clients leave without a goodbye.
          break
        }
      }
      stream.close()
      listener.close()
      return program
    }
    let text = listening.finish()
    #expect(text.contains("hello"), "\(text)")
  }
}
