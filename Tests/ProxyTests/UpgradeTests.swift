import HTTPWire
import Policy
import Testing

@testable import Proxy

@Suite struct UpgradeTests {
  private func request(_ lines: String, version: String = "1.1") throws -> RequestHead {
    var parser = RequestParser(limits: Bounds().requestHead)
    let text = "GET http://t.test/ HTTP/\(version)\r\nHost: t.test\r\n\(lines)\r\n"
    return try #require(try parser.parse(Array(text.utf8).span))
  }

  private func answer(
    _ lines: String, version: String = "1.1", connection: String = "upgrade"
  ) throws -> ResponseHead {
    var parser = ResponseParser(limits: Bounds().answer)
    let text =
      "HTTP/\(version) 101 Switching Protocols\r\nConnection: \(connection)\r\n\(lines)\r\n"
    return try #require(try parser.parse(Array(text.utf8).span, to: .get))
  }

  @Test(arguments: [
    ("Connection: upgrade\r\nUpgrade: websocket\r\n", ["websocket"]),
    ("Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n", ["WebSocket"]),
    ("Connection: upgrade\r\nUpgrade: h2c, chat\r\nUpgrade: websocket\r\n", ["chat", "websocket"]),
    ("Connection: upgrade\r\nUpgrade: h2c\r\n", []),
    ("Connection: upgrade\r\nUpgrade: websocket/13\r\n", []),
    ("Connection: close\r\nUpgrade: websocket\r\n", []),
    ("Upgrade: websocket\r\n", []),
    ("Connection: upgrade\r\n", []),
    ("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n", []),
    ("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n", ["websocket"]),
  ])
  func `only what is allowed and properly asked for is forwarded`(
    lines: String, asked: [String]
  ) throws {
    #expect(Upgrade.asked(by: try request(lines), allowed: ["websocket", "chat"]) == asked)
    #expect(Upgrade.asked(by: try request(lines), allowed: []) == [])
  }

  @Test func `HTTP 1_0 knows no upgrade`() throws {
    let head = try request("Connection: upgrade\r\nUpgrade: websocket\r\n", version: "1.0")
    #expect(Upgrade.asked(by: head, allowed: ["websocket"]) == [])
  }

  @Test(
    arguments: [
      ("Upgrade: websocket\r\n", "WebSocket"), ("Upgrade: WEBSOCKET\r\n", "WebSocket"),
      ("Upgrade: chat\r\n", "chat"), ("Upgrade: h2c\r\n", nil),
      ("Upgrade: chat, websocket\r\n", nil), ("X: 1\r\n", nil),
    ] as [(String, String?)])
  func `an answer switches to one protocol that was asked for`(
    lines: String, chosen: String?
  ) throws {
    #expect(Upgrade.chosen(by: try answer(lines), among: ["WebSocket", "chat"]) == chosen)
    #expect(Upgrade.chosen(by: try answer(lines), among: []) == nil)
  }

  @Test func `an answer that is not HTTP 1_1 or does not name the connection switches nothing`()
    throws
  {
    let line = "Upgrade: websocket\r\n"
    let old = try answer(line, version: "1.0")
    let silent = try answer(line, connection: "close")
    #expect(Upgrade.chosen(by: old, among: ["websocket"]) == nil)
    #expect(Upgrade.chosen(by: silent, among: ["websocket"]) == nil)
  }

  @Test(arguments: [
    ("api.test", true), ("API.test", true), ("api.test:443", true), ("api.test:80", false),
    ("api.test.", false), ("x.api.test", false), ("evil.test", false),
  ])
  func `only the host of the CONNECT is the host inside`(host: String, isSame: Bool) throws {
    var parser = RequestParser(limits: Bounds().requestHead)
    let text = "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n"
    let head = try #require(try parser.parse(Array(text.utf8).span))
    let intercepted = Intercepted(host: "api.test", port: 443, api: 0)
    #expect(intercepted.isNamed(by: try #require(head.hostField), in: head.block) == isSame)
  }
}
