import Testing

@testable import HTTPWire

/// The codec's rows of section F of the catalogue in wire-and-security.md, and row 65.
struct ResponseTests {
  private static func ok(_ fields: String, _ body: String = "") -> String {
    message("HTTP/1.1 200 OK", fields, body: body)
  }

  static let refused: [Row] =
    [
      ("82 5abc", ok("Content-Length: 5abc", "01234")),
      ("82 +5", ok("Content-Length: +5", "01234")),
      ("82 dup", ok("Content-Length: 5\r\nContent-Length: 5", "01234")),
      ("82 differing", ok("Content-Length: 5\r\nContent-Length: 3", "01234")),
      ("82 list", ok("Content-Length: 5, 6")), ("82 equal list", ok("Content-Length: 5, 5")),
      ("82 CL+TE", ok("Content-Length: 5\r\nTransfer-Encoding: chunked")),
      ("82 TE+CL", ok("Transfer-Encoding: chunked\r\nContent-Length: 5")),
      ("82 space before the colon", ok("Content-Length : 5", "01234")),
      ("empty CL", ok("Content-Length:")),
      ("TE unknown", ok("Transfer-Encoding: gzip")),
      ("TE twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
      ("TE in 1.0", message("HTTP/1.0 200 OK", "Transfer-Encoding: chunked")),
      (
        "CL+TE to HEAD too",
        message("HTTP/1.1 204 No Content", "Content-Length: 5", "Transfer-Encoding: chunked")
      ),
      ("83 5ZZZ", ok("Transfer-Encoding: chunked", "5ZZZ\r\n01234\r\n")),
      ("83 LF", ok("Transfer-Encoding: chunked", "5\n01234\n0\n\n")),
      ("83 -5", ok("Transfer-Encoding: chunked", "-5\r\n")),
      ("83 huge", ok("Transfer-Encoding: chunked", "FFFFFFFFFFFFFFFFF\r\n")),
      (
        "33 trailers",
        ok("Transfer-Encoding: chunked", "0\r\n" + String(repeating: "A: b\r\n", count: 33))
      ),
      ("84 NUL", ok("X: a\u{0}b")), ("84 bare CR", ok("X: a\rSet-Cookie: b")),
      ("84 obs-fold", ok("X: a\r\n b")),
      ("84 no colon", ok("X")), ("bare LF", ok("X: a\nY: b")), ("empty name", ok(": a")),
      ("DEL", ok("X: \u{7F}")),
      (
        "89 400 KB block",
        ok(String(repeating: "X: \(String(repeating: "v", count: 4000))\r\n", count: 100) + "Y: z")
      ),
      ("89 120 KB line", ok("X: " + String(repeating: "v", count: 120_000))),
      ("257 fields", ok(String(repeating: "A: b\r\n", count: 256) + "A: b")),
      ("89 status 99", message("HTTP/1.1 99 X")), ("89 status 1000", message("HTTP/1.1 1000 X")),
      ("status 099", message("HTTP/1.1 099 X")), ("status 000", message("HTTP/1.1 000 X")),
      ("status 2x0", message("HTTP/1.1 2x0 X")),
      ("status -20", message("HTTP/1.1 -20 X")), ("status +200", message("HTTP/1.1 +200 X")),
      ("tab before the reason", message("HTTP/1.1 200\tOK")),
      ("two spaces", message("HTTP/1.1  200 OK")), ("89 HTTP/0.9", "<html>"),
      ("ICY", message("ICY 200 OK")),
      ("lower case", message("http/1.1 200 OK")), ("HTTP/2.0", message("HTTP/2.0 200 OK")),
      ("HTTP/1.2", message("HTTP/1.2 200 OK")),
      ("85 stray CRLF", "\r\n" + ok("Content-Length: 0")),
      ("control in the reason", message("HTTP/1.1 200 O\u{1}K")),
      ("CR in the reason", message("HTTP/1.1 200 O\rK")),
      ("LF status line", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
      ("long reason", message("HTTP/1.1 200 " + String(repeating: "x", count: 9000))),
    ].map { Row.refuse(502, $0.0, $0.1) }

  static let accepted: [Row] = [
    .accept(
      "length", ok("Content-Length: 5", "01234GARBAGE"), "200 2 length(5) keep", body: "01234"),
    .accept(
      "chunked", ok("Transfer-Encoding: chunked", "5;a=b\r\n01234\r\n0\r\nX: y\r\n\r\nHTTP"),
      "200 2 chunked keep", body: "01234"),
    .accept("until close", ok("X: y", "01234"), "200 2 untilClose close", body: "01234"),
    .accept("until close, nothing", ok("Connection: keep-alive"), "200 2 untilClose close"),
    .accept("empty reason", message("HTTP/1.1 200 ", "Content-Length: 0"), "200 0 length(0) keep"),
    .accept("no reason", message("HTTP/1.1 200", "Content-Length: 0"), "200 0 length(0) keep"),
    .accept(
      "obs-text reason", message("HTTP/1.1 200 \u{E9}\t!", "Content-Length: 0"),
      "200 3 length(0) keep"),
    .accept("close", ok("Content-Length: 0\r\nConnection: x, close"), "200 2 length(0) close"),
    .accept("1.0", message("HTTP/1.0 200 OK", "Content-Length: 0"), "200 2 length(0) close"),
    .accept(
      "1.0 kept", message("HTTP/1.0 200 OK", "Content-Length: 0", "Connection: Keep-Alive"),
      "200 2 length(0) keep"),
    .accept(
      "1.0 closed and kept",
      message("HTTP/1.0 200 OK", "Content-Length: 0", "Connection: Keep-Alive, close"),
      "200 2 length(0) close"),
    .accept("65 204", message("HTTP/1.1 204 No Content", body: "HTTP"), "204 10 none keep"),
    .accept(
      "65 204 with length 0", message("HTTP/1.1 204 No Content", "Content-Length: 0"),
      "204 10 none keep"),
    .accept(
      "65 204 with length", message("HTTP/1.1 204 No Content", "Content-Length: 5", body: "01234"),
      "204 10 none close"),
    .accept(
      "65 204 chunked", message("HTTP/1.1 204 No Content", "Transfer-Encoding: chunked"),
      "204 10 none close"),
    .accept(
      "65 304 with length", message("HTTP/1.1 304 Not Modified", "Content-Length: 5"),
      "304 12 none keep"),
    .accept("60 100", message("HTTP/1.1 100 Continue", body: "HTTP/1.1 200"), "100 8 none keep"),
    .accept("60 103", message("HTTP/1.1 103 Early Hints", "Link: </a>"), "103 11 none keep"),
    .accept(
      "1xx with length", message("HTTP/1.1 100 Continue", "Content-Length: 5"), "100 8 none close"),
    .accept(
      "Connection: Transfer-Encoding",
      ok("Connection: keep-alive, Transfer-Encoding\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
      "200 2 chunked keep"),
    .accept("status 999", message("HTTP/1.1 999 X", "Content-Length: 0"), "999 1 length(0) keep"),
    .accept(
      "underscore twin is only a name here", ok("Content_Length: 9\r\nContent-Length: 0"),
      "200 2 length(0) keep"),
    .accept(
      "60 KB line", ok("X: \(String(repeating: "v", count: 60_000))\r\nContent-Length: 0"),
      "200 2 length(0) keep"),
    .accept(
      "256 fields", ok(String(repeating: "A: b\r\n", count: 255) + "Content-Length: 0"),
      "200 2 length(0) keep"),
    .incomplete("89 empty reply", ""), .incomplete("head cut", "HTTP/1.1 200 OK\r\nA: b\r\n"),
    .incomplete("83 truncated chunk", ok("Transfer-Encoding: chunked", "5\r\n0123")),
    .incomplete("83 short body", ok("Content-Length: 5", "0123")),
  ]

  @Test(arguments: refused) func `a bad response is refused with 502`(_ row: Row) {
    row.check(.response(to: .get))
  }

  @Test(arguments: accepted) func `a good response is read`(_ row: Row) {
    row.check(.response(to: .get))
  }

  @Test(arguments: [
    ("Content-Length: 5", "200 2 none keep"), ("Transfer-Encoding: chunked", "200 2 none keep"),
    ("X: y", "200 2 none keep"),
  ])
  func `an answer to HEAD has no body and keeps its fields`(_ field: String, _ head: String) {
    let row = Row.accept("HEAD", Self.ok(field, "01234"), head)
    row.check(.response(to: .head))
  }

  @Test func `a tunnel starts right behind a 2xx to CONNECT`() {
    Row.accept("200", Self.ok("Content-Length: 5", "TLS"), "200 2 none keep")
      .check(.response(to: .connect))
    Row.accept(
      "403", message("HTTP/1.1 403 No", "Content-Length: 2", body: "no"), "403 2 length(2) keep",
      body: "no"
    )
    .check(.response(to: .connect))
  }

  @Test func `interim responses come one after the other through one parser`() throws {
    let bytes = latin1(
      message("HTTP/1.1 100 Continue") + message("HTTP/1.1 103 Early Hints", "A: b")
        + message("HTTP/1.1 200 OK", "Content-Length: 0"))
    var parser = ResponseParser()
    var at = 0
    var statuses: [Int] = []
    var isInterim: [Bool] = []
    while at < bytes.count {
      let head = try #require(try parser.read(Array(bytes[at...])))
      statuses.append(head.status)
      isInterim.append(head.isInterim)
      at += parser.consumed
    }
    #expect(statuses == [100, 103, 200])
    #expect(isInterim == [true, true, false])
    #expect(at == bytes.count)
    #expect(!parser.hasBegun)
  }

  @Test func `a body cut short is 502 for a response and 400 for a request`() {
    for (source, status) in [(BodyDecoder.Source.response, 502), (.request, 400)] {
      var decoder = BodyDecoder(.length(5), from: source)
      #expect(throws: WireError(status: status, reason: "the body ends before its time")) {
        try decoder.endOfInput()
      }
    }
  }
}
