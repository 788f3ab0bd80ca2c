import Limits
import Testing
import Timekeeping

@testable import Emulation

struct EmulatorOrderTests {
  @Test(arguments: [
    ("GET", "/_emulator/stats", EmulatorOrder.stats),
    ("POST", "/_emulator/tier?to=admin", .tier(.admin, key: nil)),
    ("POST", "/_emulator/tier?key=key-2&to=default", .tier(.default, key: "key-2")),
    ("GET", "/v1/_emulator/stats", nil), ("GET", "/_emulator", nil), ("GET", "/", nil),
  ])
  func `A target of its own is an order`(
    _ method: String, _ target: String, _ order: EmulatorOrder?
  ) {
    #expect(EmulatorOrder(method: method, target: target) == order)
  }

  @Test(arguments: [
    ("POST", "/_emulator/stats", 404), ("GET", "/_emulator/tier?to=admin", 404),
    ("GET", "/_emulator/", 404), ("POST", "/_emulator/tier", 400),
    ("POST", "/_emulator/tier?to=gold", 400), ("POST", "/_emulator/tier?to", 400),
  ])
  func `Whatever else is there is refused`(_ method: String, _ target: String, _ status: Int) {
    guard case .misread(status, _)? = EmulatorOrder(method: method, target: target) else {
      Issue.record("\(method) \(target) was understood")
      return
    }
  }

  @Test func `Orders are obeyed and count nowhere; refusals are told by their limits`() async throws
  {
    let server = try RunningEmulator {
      $0.kind = .soku
      $0.provider.tier = .authenticated
    }
    let client = try WireClient(server.port)
    func ask(_ line: String, until end: String = "}") -> String {
      client.send("\(line) HTTP/1.1\r\nHost: x\r\nSoku-Api-Key: k\r\n\r\n")
      return client.receive(until: end)
    }
    #expect(ask("POST /_emulator/tier?to=admin&key=key-1").hasPrefix("HTTP/1.1 404 "))
    #expect(client.receive(until: "}") == "}")
    for _ in 0..<10 { #expect(ask("POST /v1/ai/transcribe", until: "}}").contains(" 200 OK")) }
    #expect(ask("POST /_emulator/tier?to=admin&key=key-1").hasSuffix(#"{"ok":true}"#))
    let refused = ask("POST /v1/ai/transcribe", until: "}}}")
    #expect(refused.contains("X-RateLimit-Tier: admin\r\n"), "\(refused)")
    let stats = ask("GET /_emulator/stats", until: "}}")
    let told =
      #"{"arrivals":11,"statuses":{"200":10,"429":1},"refusals":{"/v1/ai/transcribe":1}}"#
    #expect(stats.hasSuffix("\r\n\r\n" + told), "\(stats)")
    let lines = try await server.stop()
    #expect(lines.count == 11)
    #expect(lines.last?.hasSuffix(#""status":429,"limit":"/v1/ai/transcribe"}"#) == true)
  }

  @Test func `The provider's clock may be ahead of the machine's`() async throws {
    let server = try RunningEmulator {
      $0.kind = .soku
      $0.clockAhead = .seconds(366 * 86_400)
    }
    let client = try WireClient(server.port)
    client.send("GET / HTTP/1.1\r\nHost: x\r\nSoku-Api-Key: k\r\n\r\n")
    let answer = client.receive(until: "}}")
    let year = ISODate.text(of: server.loop.wall + .seconds(366 * 86_400)).prefix(4)
    #expect(answer.contains("X-RateLimit-Reset: \(year)-"), "\(answer)")
    _ = try await server.stop()
  }
}
