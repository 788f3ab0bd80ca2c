import Emulation
import Feedback
import Testing
import Timekeeping

@Suite struct ArrivalRecordTests {
  @Test func aRecordIsOneLineOfJSON() {
    let record = ArrivalRecord(
      at: Instant(nanoseconds: 1_234), key: "key-1", account: "bnd_1", method: "POST",
      path: "/api/ext/bundles/bnd_1/videos", status: 429, limit: "key")
    #expect(
      record.line
        == #"{"monotonic_ns":1234,"key":"key-1","account":"bnd_1","method":"POST","#
        + #""path":"/api/ext/bundles/bnd_1/videos","status":429,"limit":"key"}"#)
    var bytes = Array("before\n".utf8)
    record.append(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "before\n\(record.line)\n")
  }

  @Test func whatIsUnknownIsNull() {
    let record = ArrivalRecord(
      at: Instant(nanoseconds: -1), key: nil, account: nil, method: "GET", path: "/", status: 200)
    #expect(
      record.line
        == #"{"monotonic_ns":-1,"key":null,"account":null,"method":"GET","path":"/","status":200,"#
        + #""limit":null}"#)
  }

  @Test(arguments: [
    "\"", "\\", "\n", "\r\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "é😀\u{2028}", #"\u0041"#,
    #"","status":200,"x":""#,
  ])
  func noTextLeavesItsString(text: String) {
    let record = ArrivalRecord(
      at: Instant(nanoseconds: 0), key: text, account: text, method: text, path: text, status: 401,
      limit: text)
    let line = record.line
    #expect(!line.utf8.contains { $0 < 0x20 })
    let scanner = JSONScanner(Array(line.utf8))
    for name in ["key", "account", "method", "path", "limit"] {
      #expect(scanner.scalar(at: [name]) == .string(text))
    }
    #expect(scanner.scalar(at: ["status"]) == .number("401"))
  }

  @Test func theQueryAndTheCredentialStayOutOfTheLog() {
    var emulator = Emulator(.tokportal)
    let fields = ["x-api-key": "sk_secret"]
    let target = "/api/ext/bundles/bnd_1?token=secret#secret"
    let answer = emulator.send("GET", target, fields)
    let request = EmulatedRequest(method: "GET", target: target, field: { fields[$0] })
    let record = ArrivalRecord(
      of: request, answer: answer, status: 200, at: Instant(nanoseconds: 5))
    #expect(!record.line.contains("secret"))
    #expect(record.path == "/api/ext/bundles/bnd_1")
    #expect(record.key == "key-1" && record.account == "bnd_1" && record.status == 200)
  }
}
