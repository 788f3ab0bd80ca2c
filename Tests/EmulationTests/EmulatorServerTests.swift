import Emulation
import Events
import Foundation
import Limits
import Testing
import Timekeeping

/// Over real sockets: the order of things and least delays, never how fast they are.
struct EmulatorServerTests {
  @Test func `A request counts after its uplink delay and is answered after its handler`()
    async throws
  {
    let server = try RunningEmulator {
      $0.uplink = try UplinkRange.parse("30..40ms")
      $0.handler = try UplinkRange.parse("40ms")
    }
    let client = try WireClient(server.port)
    let began = server.loop.now
    client.send("GET /a?secret=1 HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\n\r\n")
    let answer = client.receive(until: "}")
    let ended = server.loop.now
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: "), "\(answer)")
    #expect(answer.hasSuffix("Content-Length: 11\r\n\r\n{\"ok\":true}"), "\(answer)")
    let arrivals = try await server.stop()
    let arrival = try #require(arrivals.first)
    #expect(arrivals.count == 1)
    let tail =
      #","key":"key-1","account":null,"method":"GET","path":"/a","status":200,"limit":null}"#
    #expect(arrival.hasSuffix(tail), "\(arrival)")
    let digits = arrival.drop { !$0.isNumber }.prefix { $0.isNumber }
    let countedAt = Instant(nanoseconds: try #require(Int64(digits)))
    #expect(countedAt - began >= .milliseconds(30))
    #expect(ended - countedAt >= .milliseconds(40))
  }

  @Test func `Requests on one connection are answered in order, HEAD without content`()
    async throws
  {
    let server = try RunningEmulator()
    let client = try WireClient(server.port)
    client.send(
      "HEAD /bytes/7 HTTP/1.1\r\nHost: x\r\n\r\n"
        + "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
        + "GET /bytes/300 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    let bytes = client.receiveAll()
    let download = (0..<300).map { UInt8($0 & 255) }
    #expect(Array(bytes.suffix(300)) == download)
    let text = String(decoding: bytes.dropLast(300), as: UTF8.self)
    let heads = text.split(separator: "HTTP/1.1 200 OK\r\n", omittingEmptySubsequences: false)
    try #require(heads.count == 4, "\(text)")
    #expect(heads[1].hasSuffix("Content-Length: 7\r\n\r\n"))
    #expect(heads[2].hasSuffix("Content-Length: 11\r\nX-Received: 2\r\n\r\n{\"ok\":true}"))
    #expect(heads[3].hasSuffix("Content-Length: 300\r\nConnection: close\r\n\r\n"))
    let arrivals = try await server.stop()
    #expect(arrivals.map(path) == ["/bytes/7", "/2", "/bytes/300"])
  }

  @Test func `A request counts when all of it is there, so another may overtake it`()
    async throws
  {
    let server = try RunningEmulator { $0.provider.allow = Rate(allow: 1, per: .seconds(3600)) }
    let slow = try WireClient(server.port)
    slow.send(
      "POST /slow HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n")
    #expect(slow.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
    slow.send("3\r\nabc\r\n")
    let fast = try WireClient(server.port)
    fast.send("GET /fast HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(fast.receive(until: "}").hasPrefix("HTTP/1.1 200 OK\r\n"))
    slow.send("2\r\nde\r\n0\r\n\r\n")
    let refusal = slow.receive(until: "}}")
    #expect(refusal.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"), "\(refusal)")
    #expect(refusal.contains("\r\nX-Received: 5\r\n"), "\(refusal)")
    #expect(try await server.stop().map(path) == ["/fast", "/slow"])
  }

  @Test func `A request whose client has left still counts`() async throws {
    let server = try RunningEmulator { $0.uplink = try UplinkRange.parse("20ms") }
    try WireClient(server.port).send("GET /left HTTP/1.1\r\nHost: x\r\n\r\n")
    let other = try WireClient(server.port)
    for _ in 0..<2 {
      other.send("GET /stays HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = other.receive(until: "}")
    }
    #expect(try await server.stop().map(path).sorted() == ["/left", "/stays", "/stays"])
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nBad Field: x\r\n\r\n", 400),
    ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 501),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
  ])
  func `What is no request of the provider's is refused, not counted, and ends the connection`(
    _ bytes: String, _ status: Int
  ) async throws {
    let server = try RunningEmulator()
    let client = try WireClient(server.port)
    client.send(bytes)
    client.finishSending()
    let answer = String(decoding: client.receiveAll(), as: UTF8.self)
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
    #expect(answer.contains("\r\nConnection: close\r\n"), "\(answer)")
    #expect(try await server.stop().isEmpty)
  }

  /// The path an arrival's line tells.
  private func path(_ line: String) -> String {
    let rest = line.split(separator: "\"path\":\"").last ?? ""
    return String(rest.prefix { $0 != "\"" })
  }
}
