import COpenSSL
import Events
import FuzzSupport
import Interception

/// A client and the server's stream over a scripted stream: the handshake, then bytes both ways.
struct Encounter {
  /// What came of it.
  enum Ending: Equatable {
    case refused(TLSFailure)
    case connected(isWhole: Bool)
  }

  let script: Script
  let loop: EventLoop

  func run(pieces: [Int]) async -> Ending {
    let lower = ScriptedStream(pieces: pieces)
    lower.grain = script.grain
    var opening: [UInt8] = []
    var client: TestClient?
    switch script.client {
    case .raw(let bytes): opening = bytes
    case .real(let edits):
      let version = script.isOld ? TLS1_2_VERSION : TLS1_3_VERSION
      let setup = TestClient.Setup(
        protocols: script.isOld ? [] : ["h2", "http/1.1"], version: version)
      guard let real = try? TestClient(setup) else { fatalError("OpenSSL gives no client") }
      lower.edits = edits
      lower.peer = { real.take($0) }
      opening = real.start()
      client = real
    }
    let early = min(script.early, opening.count)
    let head = ScriptedStream(pieces: [])
    head.edits = lower.edits
    lower.edits = Dictionary(uniqueKeysWithValues: lower.edits.map { ($0.key - early, $0.value) })
    lower.bring(Array(opening[early...]))
    let host = script.server == 0 ? Servers.host : nil
    let stream = TLSServerStream(
      Servers.all[script.server], over: lower, on: loop,
      early: opening[..<early].enumerated().map { $0.element ^ (head.edits[$0.offset] ?? 0) },
      host: host)
    let point = WaitPoint(loop)
    point.expire(after: .seconds(5))
    defer { point.retire() }
    do throws(TLSFailure) {
      try await stream.handshake(at: point)
    } catch {
      stream.close()
      require(lower.isClosed, "the stream below stays open")
      requireDead(stream)
      return .refused(error)
    }
    guard let client else { fatalError("finding: bytes without a key complete a handshake") }
    return .connected(isWhole: talk(client, stream, lower))
  }

  /// Sends a message each way and says goodbye; whether all came as it was sent.
  private func talk(
    _ client: TestClient, _ stream: TLSServerStream, _ lower: ScriptedStream
  ) -> Bool {
    let question = Array(repeating: UInt8(0x51), count: 3_000)
    let answer = Array(repeating: UInt8(0x41), count: 20_000)
    // The last words of a TLS 1.2 handshake are the server's.
    for _ in 0..<20_000 where !stream.isDelivered {
      _ = try? stream.send([], from: 0, then: nil, 0..<0)
    }
    _ = client.read()
    lower.bring(client.write(question))
    let heard = read(stream, atMost: question.count)
    var done = 0
    var turns = 0
    while done < answer.count, turns < 200_000 {
      guard let taken = try? stream.send(answer, from: done, then: nil, 0..<0) else { break }
      done += taken
      turns += 1
    }
    let told = client.read() ?? []
    require(question.starts(with: heard), "bytes that the client never sent")
    require(answer.starts(with: told), "bytes that the server never sent")
    stream.close()
    require(lower.isClosed, "the stream below stays open")
    requireDead(stream)
    return heard.count == question.count && told.count == answer.count && done == answer.count
  }

  private func read(_ stream: TLSServerStream, atMost most: Int) -> [UInt8] {
    var heard: [UInt8] = []
    let buffer = ByteBuffer()
    for _ in 0..<100_000 where heard.count < most {
      buffer.clear()
      guard let count = try? stream.receive(into: buffer) else {
        if !stream.canReceive || stream.peerIsGone { break }
        continue
      }
      if count == 0 { break }
      buffer.append(0..<count, to: &heard)
    }
    return heard
  }

  /// A closed stream gives nothing and takes nothing.
  private func requireDead(_ stream: TLSServerStream) {
    require((try? stream.receive(into: ByteBuffer())) == nil, "a closed stream reads")
    require(
      (try? stream.send([1], from: 0, then: nil, 0..<0)) ?? 0 == 0, "a closed stream writes")
  }
}
