import COpenSSL
import Events
import Glibc
import Interception
import Seeding
import Testing
import Timekeeping

@Suite struct StreamTests {
  /// Runs `body` after a handshake with a client that was told nothing special.
  static func meet<R: Sendable>(
    version: Int32? = nil,
    _ body: @escaping @Sendable (Meeting, isolated LoopBench) async throws -> R
  ) throws -> R {
    let folder = try Folder()
    return try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let client = try TestClient(.init(trust: folder.certificate, version: version))
      let meeting = try await Meeting(server, client, on: bench.loop)
      if let failure = meeting.failure { throw failure }
      return try await body(meeting, bench)
    }
  }

  @Test func `what is there can be received, and nothing else`() throws {
    let states = try StreamTests.meet { meeting, _ in
      var states = [try meeting.read() == [], meeting.stream.canReceive]
      meeting.pipe.bring(meeting.client.write(Array("first".utf8)))
      states.append(meeting.stream.canReceive)
      _ = try meeting.read()
      states.append(meeting.stream.canReceive)
      // Half a record is nothing yet.
      let record = meeting.client.write(Array("second".utf8))
      meeting.pipe.bring(Array(record.prefix(9)))
      states.append(try meeting.read() == [])
      meeting.pipe.bring(Array(record.dropFirst(9)))
      states.append(try meeting.read() == Array("second".utf8))
      return states
    }
    #expect(states == [true, false, true, false, true, true])
  }

  @Test func `after a message a read waits for news, but not for what is left of a record`() throws
  {
    let states = try StreamTests.meet { meeting, _ in
      let bytes = (0..<10_000).map { UInt8($0 % 251) }
      meeting.pipe.bring(meeting.client.write(bytes))
      let small = ByteBuffer()
      small.append([UInt8](repeating: 0, count: ByteBuffer.usualSize - 100))
      var states = [try meeting.stream.receive(into: small) == 100]
      meeting.stream.endMessage()
      states.append(meeting.stream.canReceive)
      states.append(try meeting.read() == Array(bytes[100...]))
      meeting.pipe.bring(meeting.client.write(Array("whole".utf8)))
      let buffer = ByteBuffer()
      states.append(try meeting.stream.receive(into: buffer) == 5)
      states.append(meeting.stream.canReceive)
      meeting.stream.endMessage()
      states.append(meeting.stream.canReceive)
      return states
    }
    #expect(states == [true, true, true, true, true, false])
  }

  @Test func `a request that comes with the end of the handshake is not overlooked`() throws {
    let folder = try Folder()
    let text = try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let client = try TestClient()
      let pipe = Pipe()
      pipe.peer = { bytes in
        let answer = client.take(bytes)
        return client.isConnected ? answer + client.write(Array("at once".utf8)) : answer
      }
      pipe.bring(client.start())
      let stream = TLSServerStream(server, over: pipe, on: bench.loop, host: "api.example")
      try await stream.handshake(at: WaitPoint(bench.loop))
      let buffer = ByteBuffer()
      guard stream.canReceive, let count = try stream.receive(into: buffer) else { return "" }
      return buffer.withReadable { bytes in
        String(decoding: (0..<count).map { bytes[$0] }, as: UTF8.self)
      }
    }
    #expect(text == "at once")
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `an end with a goodbye is an end, one without is a failure`(version: Int32) throws {
    for saysGoodbye in [true, false] {
      let outcome = try StreamTests.meet(version: version) { meeting, _ in
        meeting.pipe.bring(meeting.client.write(Array("last".utf8)))
        if saysGoodbye { meeting.pipe.bring(meeting.client.end()) }
        meeting.pipe.isEnded = true
        let buffer = ByteBuffer()
        var counts: [String] = []
        for _ in 0..<3 {
          do throws(IOFailure) {
            counts.append(try meeting.stream.receive(into: buffer).map { "\($0)" } ?? "-")
          } catch {
            counts.append(error.operation)
          }
        }
        return counts + ["\(meeting.stream.peerIsGone)"]
      }
      let end = saysGoodbye ? "0" : "tls recv"
      #expect(outcome == ["4", end, end, "true"])
    }
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `either side may end its half first`(version: Int32) throws {
    let outcome = try StreamTests.meet(version: version) { meeting, _ in
      var outcome: [Bool] = []
      // The client says goodbye: the server can still write.
      meeting.pipe.bring(meeting.client.end())
      outcome.append(try meeting.read() == nil)
      outcome.append(try meeting.send("still") == 5)
      outcome.append(meeting.client.read() == Array("still".utf8))
      meeting.stream.finishSending()
      outcome.append(meeting.client.read() == nil)
      outcome.append(meeting.pipe.isFinished)
      return outcome
    }
    #expect(outcome == [true, true, true, true, true])
    let other = try StreamTests.meet(version: version) { meeting, _ in
      meeting.stream.finishSending()
      meeting.pipe.bring(meeting.client.write(Array("still".utf8)))
      return try meeting.read() == Array("still".utf8) && meeting.client.read() == nil
    }
    #expect(other)
  }

  @Test func `closing says goodbye, aborting does not`() throws {
    for aborts in [false, true] {
      let outcome = try StreamTests.meet { meeting, _ in
        if aborts { meeting.stream.abort() } else { meeting.stream.close() }
        let buffer = ByteBuffer()
        let isOver = (try? meeting.stream.receive(into: buffer)) == nil
        meeting.stream.close()
        return [
          meeting.client.read() == nil, meeting.pipe.isAborted, meeting.pipe.isClosed, isOver,
        ]
      }
      #expect(outcome == [!aborts, aborts, true, true])
    }
  }

  @Test func `keys may be renewed, however often`() throws {
    let text = try StreamTests.meet(version: TLS1_3_VERSION) { meeting, _ in
      for _ in 0..<500 {
        SSL_key_update(meeting.client.ssl, SSL_KEY_UPDATE_REQUESTED)
        meeting.pipe.bring(meeting.client.write(Array("x".utf8)))
        guard try meeting.read() == Array("x".utf8) else { return "lost" }
      }
      let sent = try meeting.send("answer")
      return "\(sent) \(String(decoding: meeting.client.read() ?? [], as: UTF8.self))"
    }
    #expect(text == "6 answer")
  }

  @Test func `a client that asks for new keys and reads none of the answers is cut off`() throws {
    let rounds = try StreamTests.meet(version: TLS1_3_VERSION) { meeting, _ in
      meeting.pipe.room = 0
      for round in 0..<20_000 {
        SSL_key_update(meeting.client.ssl, SSL_KEY_UPDATE_REQUESTED)
        meeting.pipe.bring(meeting.client.write(Array("x".utf8)))
        do throws(IOFailure) {
          _ = try meeting.read()
        } catch {
          return error.code == ENOBUFS ? round : -1
        }
      }
      return 0
    }
    #expect((100..<10_000).contains(rounds))
  }

  @Test func `a client of TLS 1 2 cannot start over`() throws {
    let text = try StreamTests.meet(version: TLS1_2_VERSION) { meeting, _ in
      SSL_renegotiate(meeting.client.ssl)
      meeting.pipe.bring(meeting.client.start())
      let first = (try? meeting.read()) ?? nil
      return first == [] || first == nil
    }
    #expect(text)
  }

  @Test(arguments: 0..<20)
  func `whatever the stream below takes at once, all arrives once and in order`(seed: Int) throws {
    let outcome = try StreamTests.meet { meeting, _ in
      var random = SplitMix64(seed: UInt64(seed))
      meeting.pipe.room = 0
      var expected: [UInt8] = []
      var received: [UInt8] = []
      for _ in 0..<30 {
        let head = (0..<Int.random(in: 0...400, using: &random)).map { UInt8($0 % 250) }
        let body = ByteBuffer()
        let size = Int.random(in: 0...(Bool.random(using: &random) ? 50_000 : 300), using: &random)
        body.append((0..<size).map { UInt8(($0 * 7) % 251) })
        expected += head
        body.append(0..<size, to: &expected)
        var done = 0
        while done < head.count + size {
          done += try meeting.stream.send(head, then: body, 0..<size, after: done)
          meeting.pipe.allow(Int.random(in: 0...6000, using: &random))
          received += meeting.client.read() ?? []
        }
      }
      meeting.pipe.allow(100_000)
      received += meeting.client.read() ?? []
      return received == expected ? "equal" : "\(received.count) of \(expected.count)"
    }
    #expect(outcome == "equal", "seed \(seed)")
  }

  @Test func `what could not leave at once leaves before the goodbye`() throws {
    let outcome = try StreamTests.meet { meeting, _ in
      meeting.pipe.room = 10
      let taken = try meeting.send("held back")
      meeting.stream.finishSending()
      let before = meeting.pipe.isFinished
      meeting.pipe.allow(1000)
      let text = String(decoding: meeting.client.read() ?? [], as: UTF8.self)
      return ["\(taken)", "\(before)", text, "\(meeting.pipe.isFinished)"]
    }
    #expect(outcome == ["0", "false", "held back", "true"])
  }
}
