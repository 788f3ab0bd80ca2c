import Testing

@testable import Emulation

struct EmulatorReplyTests {
  private func reply(_ status: Int, _ method: String, _ path: String) -> EmulatorReply {
    let answer = EmulatedAnswer(
      status: status, fields: [("Date", "today"), ("Content-Type", "application/json")],
      body: Array("{}".utf8), key: nil, account: nil, limit: nil)
    let request = EmulatedRequest(method: method, target: path, field: { _ in nil })
    return EmulatorReply(answer, to: request)
  }

  @Test func `The provider's answer goes out as it is, with its length`() {
    let reply = reply(429, "POST", "/x")
    #expect(reply.content == .text(Array("{}".utf8)))
    #expect(
      String(decoding: reply.head(received: 7, closing: true), as: UTF8.self)
        == "HTTP/1.1 429 Too Many Requests\r\nDate: today\r\nContent-Type: application/json\r\n"
        + "Content-Length: 2\r\nX-Received: 7\r\nConnection: close\r\n\r\n")
  }

  @Test(arguments: ["GET", "HEAD"])
  func `A successful download replaces the content and its type`(_ method: String) {
    let reply = reply(200, method, "/v1/bytes/12")
    #expect(reply.content == .filler(12))
    #expect(
      String(decoding: reply.head(received: nil, closing: false), as: UTF8.self)
        == "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Type: application/octet-stream\r\n"
        + "Content-Length: 12\r\n\r\n")
  }

  @Test(arguments: [(429, "GET"), (401, "GET"), (200, "POST"), (200, "PUT"), (200, "DELETE")])
  func `A refused download and other methods keep the provider's content`(
    _ status: Int, _ method: String
  ) {
    #expect(reply(status, method, "/bytes/12").content == .text(Array("{}".utf8)))
  }

  @Test func `A download that cannot be had is the client's fault`() {
    let reply = reply(200, "GET", "/bytes/many")
    #expect(reply.status == 400)
    #expect(
      reply.content
        == .text(
          Array(
            (#"{"error":{"code":"bad_download","#
              + #""message":"write bytes/N with N from 0 to 10737418240"}}"#).utf8)))
  }
}
