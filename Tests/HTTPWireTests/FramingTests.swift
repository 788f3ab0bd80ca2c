import Testing

@testable import HTTPWire

/// Section C of the catalogue in wire-and-security.md; numbers are its rows.
struct FramingTests {
  private static func post(_ fields: String, _ body: String = "") -> String {
    message("POST / HTTP/1.1", "Host: h", fields, body: body)
  }

  static let lengths: [Row] =
    [
      "+5", "-1", "-0", "0x5", "0o5", "1_0", "1 0", "5abc", "", "1.0", "18446744073709551617",
      "9223372036854775808", "1000000000000000000", "5, 5", "5, 6", "5,", "\u{660}", "5;", "\"5\"",
    ].map { value in
      let bytes = String(String.UnicodeScalarView(value.unicodeScalars.filter { $0.value < 256 }))
      return Row.refuse(
        400, "35 Content-Length \(value)", post("Content-Length: \(bytes)", "aaaaa"))
    }

  static let codings: [Row] =
    [("xchunked", 501), ("gzip", 501), ("identity", 501), ("gzip, chunked", 501)].map {
      Row.refuse($0.1, "37 \($0.0)", post("Transfer-Encoding: \($0.0)"))
    }
    + [
      "chunked;q=1", "", ",chunked", "chunked,", "chunked, chunked", "chunked, gzip",
      "chunked gzip",
      "\"chunked\"", "\u{A0}chunked", "\u{B}chunked", "chunked\u{0}", "chunked,,gzip", "gzip,",
      "chunked\r\nTransfer-Encoding: chunked", "chunked\r\nX: y\r\nTransfer-Encoding: gzip",
    ].map { Row.refuse(400, "37-39 \($0)", post("Transfer-Encoding: \($0)", "0\r\n\r\n")) }

  static let conflicts: [Row] = [
    .refuse(400, "33 CL then TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked")),
    .refuse(400, "33 TE then CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5")),
    .refuse(400, "34 differing", post("Content-Length: 1\r\nContent-Length: 0")),
    .refuse(400, "34 equal", post("Content-Length: 5\r\nX: y\r\ncontent-length: 5", "aaaaa")),
    .refuse(400, "40 TE in 1.0", message("POST / HTTP/1.0", "Transfer-Encoding: chunked")),
  ]

  static let bodies: [Row] = [
    .accept(
      "Content-Length", post("Content-Length: 5", "abcdeGET"), "POST / 1.1 length(5) keep",
      body: "abcde"),
    .accept(
      "36 leading zeros", post("Content-Length: 00005", "abcde"), "POST / 1.1 length(5) keep",
      body: "abcde"),
    .accept(
      "36 never octal", post("Content-Length: 010", "abcdefghij"), "POST / 1.1 length(10) keep",
      body: "abcdefghij"),
    .accept("zero", post("Content-Length: 0", "GET"), "POST / 1.1 length(0) keep"),
    .accept("48 neither", post("X: y", "GET"), "POST / 1.1 none keep"),
    .accept(
      "47 GET with a body",
      message("GET / HTTP/1.1", "Host: h", "Content-Length: 2", body: "abGET"),
      "GET / 1.1 length(2) keep", body: "ab"),
    .accept(
      "chunked",
      post("Transfer-Encoding: Chunked", "3\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\nGET"),
      "POST / 1.1 chunked keep", body: "abc0123456789"),
    .accept(
      "upper-case hex", post("Transfer-Encoding: chunked", "A\r\n0123456789\r\n000\r\n\r\n"),
      "POST / 1.1 chunked keep", body: "0123456789"),
    .incomplete("49 short body", post("Content-Length: 5", "abcd")),
    .incomplete("49 short chunk", post("Transfer-Encoding: chunked", "5\r\nabcd")),
    .incomplete("49 no last chunk", post("Transfer-Encoding: chunked", "1\r\na\r\n")),
    .incomplete("49 cut in trailers", post("Transfer-Encoding: chunked", "0\r\nA: b\r\n")),
    .incomplete("50 huge length, no bytes", post("Content-Length: 999999999")),
    .incomplete("18 digits", post("Content-Length: 999999999999999999")),
  ]

  static let chunkRefusals: [Row] =
    [
      "0x1\r\na", "+1\r\na", "-1\r\na", " 1\r\na", "1 \r\na", "1\t\r\na", "1_0\r\n", "1 junk\r\na",
      "1junk\r\na", "\r\na", ";a=b\r\n", "FFFFFFFFFFFFFFFFF\r\n", "0000000000000001\r\na", "g\r\n",
      "5\n01234", "5\r01234", "5\r\r\n01234", "5;a\n01234", "5;a=b\n0", "5;a\rb\r\n", "5;\r\n01234",
      "5;;a\r\n", "5;a=\r\n", "5;=b\r\n", "5;a=b c\r\n", "5;a=\"q;\r\"\r\n", "5;a=\"\u{1}\"\r\n",
      "5;a=\"b\"c\r\n", "5;a=b \r\n", "5;a \r\n", "5;a(b\r\n", "5;a=\"\\\u{0}\"\r\n",
      "5;a=\u{80}\r\n",
      "3\r\nabcd\r\n", "3\r\nabc0\r\n", "3\r\nabc\n0\r\n", "3\r\nabc\rX", "3\r\nabc\r\r\n",
      "0\r\nXX\r\n",
      "0\r\n\n", "0\r\n\rX", "0\r\nA: b\n", "0\r\n A: b\r\n", "0\r\nA : b\r\n", "0\r\nA\r\n",
      "0\r\n: b\r\n",
      "0\r\nA: \u{0}\r\n", "0\r\nA: b\r\n c\r\n", "1\r\na\r\n\r\n",
    ].map {
      Row.refuse(400, "41-44 \($0.debugDescription)", post("Transfer-Encoding: chunked", $0))
    }

  static let extensions: [Row] =
    [
      ";a", ";a=b", ";a=\"q;\"", ";a=\"\\\"\\\\\"", ";a=b;c;d=\"\u{80} \t\"", " ;a", "; a = b ;c",
      ";a=" + String(repeating: "b", count: 1021),
    ].map {
      Row.accept(
        "42 \($0.prefix(20))",
        post("Transfer-Encoding: chunked", "5\($0)\r\nabcde\r\n0\($0)\r\n\r\n"),
        "POST / 1.1 chunked keep", body: "abcde")
    }

  private static func trailers(_ count: Int) -> String {
    String(repeating: "A: b\r\n", count: count)
  }

  static let bounds: [Row] = [
    .refuse(
      400, "extension over 1 KiB",
      post("Transfer-Encoding: chunked", "5;a=" + String(repeating: "b", count: 1022) + "\r\n")),
    .refuse(
      400, "45 64 KB extension",
      post("Transfer-Encoding: chunked", "5;a=" + String(repeating: "b", count: 65_536) + "\r\n")),
    .refuse(
      400, "45 extensions without data",
      post("Transfer-Encoding: chunked", String(repeating: "1;a=bcdefghij\r\nx\r\n", count: 2000))),
    .accept(
      "32 trailers", post("Transfer-Encoding: chunked", "0\r\n" + trailers(32) + "\r\n"),
      "POST / 1.1 chunked keep"),
    .refuse(
      431, "33 trailers", post("Transfer-Encoding: chunked", "0\r\n" + trailers(33) + "\r\n")),
    .refuse(
      431, "45 10 000 trailers", post("Transfer-Encoding: chunked", "0\r\n" + trailers(10_000))),
    .refuse(
      431, "9 KiB trailer",
      post("Transfer-Encoding: chunked", "0\r\nA: " + String(repeating: "b", count: 9000))),
    .accept(
      "8 KiB trailer",
      post(
        "Transfer-Encoding: chunked", "0\r\nA: " + String(repeating: "b", count: 8187) + "\r\n\r\n"),
      "POST / 1.1 chunked keep"),
    .refuse(
      431, "one more",
      post(
        "Transfer-Encoding: chunked", "0\r\nA: " + String(repeating: "b", count: 8188) + "\r\n\r\n")
    ),
  ]

  @Test(arguments: lengths) func `a bad length is refused`(_ row: Row) { row.check(.request) }
  @Test(arguments: codings) func `a bad coding is refused`(_ row: Row) { row.check(.request) }
  @Test(arguments: conflicts) func `two framings are refused`(_ row: Row) { row.check(.request) }
  @Test(arguments: bodies) func `a body ends where it should`(_ row: Row) { row.check(.request) }
  @Test(arguments: chunkRefusals) func `a bad chunk is refused`(_ row: Row) { row.check(.request) }
  @Test(arguments: extensions) func `an extension is skipped`(_ row: Row) { row.check(.request) }
  @Test(arguments: bounds) func `what surrounds data is bounded`(_ row: Row) { row.check(.request) }

  @Test func `trailers never become fields`() {
    let text = Self.post(
      "Transfer-Encoding: chunked",
      "0\r\nContent-Length: 5\r\nHost: evil\r\nAuthorization: x\r\nX-Key: y\r\n\r\nNEXT")
    let outcome = outcomeOfAllCuts(latin1(text), .request)
    guard case .complete(_, let fields, let body, let consumed) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(fields == ["Host=h", "Transfer-Encoding=chunked"])
    #expect(body.isEmpty)
    #expect(consumed == text.utf8.count - 4)
  }

  @Test func `signed chunks pay for their extensions with data`() {
    // The way S3 uploads look: 90 bytes of extension for each chunk, far over 16 KiB in all.
    let sign = ";chunk-signature=" + String(repeating: "f", count: 64)
    let chunk = "200\(sign)\r\n" + String(repeating: "x", count: 512) + "\r\n"
    let text = Self.post(
      "Transfer-Encoding: chunked", String(repeating: chunk, count: 400) + "0\(sign)\r\n\r\n")
    let outcome = Feeding.run(latin1(text), .request, cuts: [])
    guard case .complete(_, _, let body, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(body.count == 400 * 512)
  }

  @Test func `one-byte chunks take one call each`() throws {
    let count = 1000
    let bytes = latin1(String(repeating: "1\r\nx\r\n", count: count) + "0\r\n\r\n")
    var decoder = BodyDecoder(.chunked)
    var (at, calls) = (0, 0)
    while !decoder.isComplete {
      calls += 1
      switch try decoder.decode(bytes.span.extracting(at..<bytes.count)) {
      case .data(let range): at += range.upperBound
      case .needsMore(let consumed), .end(let consumed): at += consumed
      }
    }
    #expect(calls == count + 1)
    #expect(at == bytes.count)
  }

  @Test func `a refused body stays refused`() {
    var decoder = BodyDecoder(.chunked, from: .request)
    #expect(throws: WireError.self) { try decoder.step(latin1("zz")) }
    #expect(throws: WireError.self) { try decoder.step(latin1("0\r\n\r\n")) }
    #expect(throws: WireError.self) { try decoder.endOfInput() }
    #expect(!decoder.isComplete)
  }

  @Test func `a refused head stays refused`() {
    let bytes = latin1(Self.post("Content-Length: 5\r\nContent-Length: 5"))
    var parser = RequestParser()
    #expect(throws: WireError.self) { try parser.read(bytes) }
    #expect(throws: WireError.self) { try parser.read(bytes) }
    parser.reset()
    let good = latin1(Self.post("X: y"))
    #expect(throws: Never.self) { try parser.read(good) }
  }

  @Test func `bodies without bytes are complete from the start`() throws {
    for framing in [BodyFraming.none, .length(0)] {
      var decoder = BodyDecoder(framing)
      #expect(decoder.isComplete)
      #expect(try decoder.step(latin1("GET")) == .end(consumed: 0))
    }
  }
}
