import CSystem
import Events
import Glibc
import Testing
import Timekeeping

@Suite struct SocketTests {
  /// Two connected, non-blocking stream sockets.
  static func pair() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    return (ends[0], ends[1])
  }

  @Test func `what one side writes the other reads, in order and to the end`() throws {
    let (left, right) = try SocketTests.pair()
    let (received, ended) = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      let near = Socket(bench.loop, descriptor: left)
      let far = Socket(bench.loop, descriptor: right)
      near.waitPoint = point
      far.waitPoint = point
      let body = ByteBuffer()
      body.append((0..<10_000).map { UInt8($0 % 251) })
      let head = Array("head".utf8)
      try await near.write(head, then: body, 0..<10_000, at: point)
      near.close()
      let buffer = ByteBuffer()
      var ended = false
      while !ended {
        buffer.makeRoom()
        guard let count = try far.receive(into: buffer) else {
          await point.wait()
          continue
        }
        ended = count == 0
      }
      return (buffer.withReadable { $0.count }, ended)
    }
    #expect(received == 10_004)
    #expect(ended)
  }

  @Test func `a round trip is known of a TCP connection that has made one`() throws {
    let loop = try EventLoop()
    let (left, right) = try SocketTests.pair()
    defer { close(right) }
    let local = Socket(loop, descriptor: left)
    #expect(local.leastRoundTrip == nil)
    local.close()
    #expect(local.leastRoundTrip == nil)
    let listener = csystem_listen("127.0.0.1", 0, 8, csystem_alone)
    try #require(listener >= 0)
    defer { close(listener) }
    var address = csystem_address()
    try #require(csystem_local_address(listener, &address) == 0)
    let client = Socket(loop, descriptor: try connect(to: address.port))
    defer { client.close() }
    let found = try #require(client.leastRoundTrip)
    #expect(found > .zero && found < .seconds(1), "\(found)")
  }

  @Test func `a peer that does not read stops the writer, and reading lets it go on`() throws {
    let (left, right) = try SocketTests.pair()
    let total = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      let near = Socket(bench.loop, descriptor: left)
      let far = Socket(bench.loop, descriptor: right)
      near.waitPoint = point
      far.waitPoint = point
      let block = [UInt8](repeating: 7, count: 1 << 20)
      var sent = 0
      var received = 0
      var stalls = 0
      let buffer = ByteBuffer()
      while received < block.count {
        if sent < block.count {
          let count = try near.send(block, from: sent, then: nil, 0..<0)
          sent += count
          if count == 0 { stalls += 1 }
        }
        buffer.clear()
        if let count = try far.receive(into: buffer) {
          received += count
        } else {
          await point.wait()
        }
      }
      return stalls > 0 ? received : 0
    }
    #expect(total == 1 << 20)
  }

  @Test func `a peer that leaves is seen over bytes nobody has read`() throws {
    let (left, right) = try SocketTests.pair()
    let states = try LoopBench.run { bench in
      let near = Socket(bench.loop, descriptor: left)
      let far = Socket(bench.loop, descriptor: right)
      let before = far.peerIsGone
      _ = try near.send(Array("unread".utf8), from: 0, then: nil, 0..<0)
      let between = far.peerIsGone
      near.close()
      let point = WaitPoint(bench.loop)
      far.waitPoint = point
      while !far.peerIsGone { await point.wait() }
      return [before, between, far.peerIsGone]
    }
    #expect(states == [false, false, true])
  }

  @Test func `a listener takes connections, pauses and resumes`() throws {
    let peers = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      var accepted: [Listener.Accepted] = []
      let socket = try ListeningSocket.tcp(host: "127.0.0.1", port: 0)
      let listener = Listener(bench.loop, socket) {
        accepted.append($0)
        point.wake()
      }
      let port = try #require(socket.port)
      let first = try connect(to: port)
      while accepted.isEmpty { await point.wait() }
      listener.pause()
      let second = try connect(to: port)
      let timer = Timer(bench.loop) { point.wake() }
      timer.set(bench.loop.now + .milliseconds(20))
      await point.wait()
      let whilePaused = accepted.count
      listener.resume()
      while accepted.count < 2 { await point.wait() }
      for descriptor in [first, second] + accepted.map(\.descriptor) { close(descriptor) }
      return ["\(whilePaused)"] + accepted.map(\.peer)
    }
    #expect(peers == ["1", "127.0.0.1", "127.0.0.1"])
  }

  @Test(arguments: ["256.0.0.1", "localhost", ""])
  func `an address that is not numeric is refused`(host: String) throws {
    #expect(throws: IOFailure.self) { try ListeningSocket.tcp(host: host, port: 0) }
  }
}

private func connect(to port: UInt16) throws -> Int32 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let result = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      Glibc.connect(
        descriptor, .init(__sockaddr__: $0), socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  try #require(result == 0)
  return descriptor
}
