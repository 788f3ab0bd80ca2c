import Testing

@testable import HTTPWire

/// Section A of the catalogue in wire-and-security.md; numbers are its rows.
struct RequestLineTests {
  private static func get(_ target: String) -> String {
    message("GET \(target) HTTP/1.1", "Host: h")
  }
  private static func line(_ line: String) -> String { message(line, "Host: h") }

  static let accepted: [Row] = [
    .accept(
      "1 absolute", message("GET http://h/p HTTP/1.1", "Host: other"),
      "GET http|h|0|/p 1.1 none keep"),
    .accept("origin", get("/a?b=c"), "GET /a?b=c 1.1 none keep"),
    .accept(
      "absolute with port and query", get("https://h.x:8443?q"),
      "GET https|h.x|8443|?q 1.1 none keep"),
    .accept("absolute without path", get("http://h"), "GET http|h|0| 1.1 none keep"),
    .accept("absolute IPv6", get("http://[::1]:80/"), "GET http|[::1]|80|/ 1.1 none keep"),
    .accept(
      "4 OPTIONS absolute", line("OPTIONS http://h HTTP/1.1"), "OPTIONS http|h|0| 1.1 none keep"),
    .accept("OPTIONS asterisk", line("OPTIONS * HTTP/1.1"), "OPTIONS * 1.1 none keep"),
    .accept(
      "5 8000 octets", get("/" + String(repeating: "a", count: 8000 - 14)),
      "GET /" + String(repeating: "a", count: 8000 - 14) + " 1.1 none keep"),
    .accept(
      "5 8192 octets with CR LF", get("/" + String(repeating: "a", count: 8192 - 16)),
      "GET /" + String(repeating: "a", count: 8192 - 16) + " 1.1 none keep"),
    .accept(
      "11 encoded", get("/%00%0d%0a%2e%2e//./../%zz"),
      "GET /%00%0d%0a%2e%2e//./../%zz 1.1 none keep"),
    .accept(
      "sloppy but sent", get("/|{}[]^`'()!$&*+,;=:@~"), "GET /|{}[]^`'()!$&*+,;=:@~ 1.1 none keep"),
    .accept("@ in a path", get("http://h/u@v"), "GET http|h|0|/u@v 1.1 none keep"),
    .accept("13 upper-case scheme", get("HTTPS://h/"), "GET https|h|0|/ 1.1 none keep"),
    .accept("14 BREW", line("BREW / HTTP/1.1"), "BREW / 1.1 none keep"),
    .accept("14 lower case", line("get / HTTP/1.1"), "get / 1.1 none keep"),
    .accept(
      "method of token chars", line("!#$%&'*+-.^_`|~9z / HTTP/1.1"),
      "!#$%&'*+-.^_`|~9z / 1.1 none keep"),
    .accept(
      "64-byte method", line(String(repeating: "M", count: 64) + " / HTTP/1.1"),
      String(repeating: "M", count: 64) + " / 1.1 none keep"),
    .accept("16 TRACE parses", line("TRACE / HTTP/1.1"), "TRACE / 1.1 none keep"),
    .accept("17 one CRLF", "\r\n" + get("/"), "GET / 1.1 none keep"),
    .accept("17 two CRLFs", "\r\n\r\n" + get("/"), "GET / 1.1 none keep"),
    .accept("1.0 without Host", message("GET / HTTP/1.0"), "GET / 1.0 none close"),
    .accept(
      "56 1.0 keep-alive", message("GET / HTTP/1.0", "Connection: keep-alive"),
      "GET / 1.0 none close"),
    .accept("CONNECT", line("CONNECT api.x:443 HTTP/1.1"), "CONNECT api.x|443 1.1 none keep"),
    .accept(
      "CONNECT IPv6", line("CONNECT [2001:db8::1]:65535 HTTP/1.1"),
      "CONNECT [2001:db8::1]|65535 1.1 none keep"),
    .accept("CONNECT other port", line("CONNECT h:1 HTTP/1.1"), "CONNECT h|1 1.1 none keep"),
  ]

  static let refused: [Row] = [
    .refuse(400, "3 h:80/", get("h:80/")), .refuse(400, "3 admin", get("admin")),
    .refuse(400, "3 GET *", get("*")), .refuse(400, "3 */x", line("OPTIONS */x HTTP/1.1")),
    .refuse(414, "6 100 KB URL", get("/" + String(repeating: "a", count: 100_000))),
    .refuse(
      414, "one byte over the line limit", get("/" + String(repeating: "a", count: 8192 - 15))),
    .refuse(501, "6 100 KB method", line(String(repeating: "M", count: 100_000) + " / HTTP/1.1")),
    .refuse(501, "65-byte method", line(String(repeating: "M", count: 65) + " / HTTP/1.1")),
    .refuse(400, "7 two spaces", "GET  / HTTP/1.1\r\n"),
    .refuse(400, "7 two spaces later", "GET /  HTTP/1.1\r\n"),
    .refuse(400, "7 tab", "GET\t/ HTTP/1.1\r\n"),
    .refuse(400, "7 tab later", "GET /\tHTTP/1.1\r\n"),
    .refuse(400, "7 trailing space", "GET / HTTP/1.1 \r\n"),
    .refuse(400, "7 inner space", "GET /a b HTTP/1.1\r\n"),
    .refuse(400, "leading space", " GET / HTTP/1.1\r\n"),
    .refuse(400, "no target", "GET HTTP/1.1\r\n\r\n"),
    .refuse(400, "8 1.32", line("GET / HTTP/1.32")),
    .refuse(400, "8 lower case", line("GET / http/1.1")),
    .refuse(400, "8 01.01", line("GET / HTTP/01.01")),
    .refuse(400, "8 space", line("GET / HTTP/ 1.1")),
    .refuse(400, "8 257.1", line("GET / HTTP/257.1")), .refuse(505, "1.2", line("GET / HTTP/1.2")),
    .refuse(505, "8 2.0", line("GET / HTTP/2.0")),
    .refuse(505, "0.9 named", line("GET / HTTP/0.9")),
    .refuse(400, "HTTP/1", line("GET / HTTP/1")), .refuse(400, "HTTQ", line("GET / HTTQ/1.1")),
    .refuse(400, "9 0.9", "GET /\r\n"),
    .refuse(505, "9 HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    .refuse(400, "TLS ClientHello", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}"),
    .refuse(400, "10 NUL", get("/\u{0}")), .refuse(400, "10 0x01", get("/\u{1}")),
    .refuse(400, "10 0x80", get("/\u{80}")), .refuse(400, "10 0xFF", get("/\u{FF}")),
    .refuse(400, "10 overlong", get("/\u{C0}\u{AF}")), .refuse(400, "10 backslash", get("/a\\b")),
    .refuse(400, "DEL in target", get("/\u{7F}")), .refuse(400, "quote in target", get("/\"")),
    .refuse(400, "< in target", get("/<")), .refuse(400, "> in target", get("/>")),
    .refuse(400, "12 userinfo", get("http://u:p@h/")), .refuse(400, "12 user", get("http://u@h/")),
    .refuse(400, "12 fragment", get("/a#frag")), .refuse(400, "13 ftp", get("ftp://h/")),
    .refuse(400, "13 file", get("file:///etc/passwd")),
    .refuse(400, "13 gopher", get("gopher://h/")),
    .refuse(400, "httpx", get("httpx://h/")), .refuse(400, "http:/h", get("http:/h/aaaaa")),
    .refuse(400, "no authority", get("http:///p")), .refuse(400, "port 0", get("http://h:0/")),
    .refuse(400, "port 65536", get("http://h:65536/")),
    .refuse(400, "empty port", get("http://h:/")),
    .refuse(400, "encoded host", get("http://%68/")),
    .refuse(400, "host with comma", get("http://a,b/")),
    .refuse(400, "zone", get("http://[fe80::1%25lo]/")),
    .refuse(400, "open bracket", get("http://[::1/")),
    .refuse(400, "leading hyphen", get("http://-o/")),
    .refuse(400, "leading dot", get("http://.h/")),
    .refuse(400, "256-byte host", get("http://" + String(repeating: "a", count: 256) + "/")),
    .refuse(400, "15 separators", line("G=\":<>(e) / HTTP/1.1")),
    .refuse(400, "15 CRLF in method", "GE\r\nT / HTTP/1.1\r\n"),
    .refuse(400, "empty method", line(" / HTTP/1.1")),
    .refuse(400, "non-ASCII method", line("G\u{C9}T / HTTP/1.1")),
    .refuse(400, "17 three CRLFs", "\r\n\r\n\r\n" + get("/")),
    .refuse(400, "17 1000 CRLFs", String(repeating: "\r\n", count: 1000) + get("/")),
    .refuse(400, "leading LF", "\n" + get("/")), .refuse(400, "leading CR", "\rGET / HTTP/1.1\r\n"),
    .refuse(400, "18 bare LF", "GET / HTTP/1.1\nHost: h\n\n"),
    .refuse(400, "18 bare CR", "GET / HTTP/1.1\rHost: h\r\r"),
    .refuse(400, "18 CR CR LF", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n"),
    .refuse(400, "18 LF behind a field", "GET / HTTP/1.1\r\nHost: h\n\n"),
    .refuse(400, "18 CR behind a field", "GET / HTTP/1.1\r\nHost: h\r\r\n"),
    .refuse(400, "18 CR CR at the end", "GET / HTTP/1.1\r\nHost: h\r\n\r\r"),
    .refuse(400, "18 LF at the end", "GET / HTTP/1.1\r\nHost: h\r\n\n"),
    .refuse(400, "69 h", line("CONNECT h HTTP/1.1")),
    .refuse(400, "69 h:", line("CONNECT h: HTTP/1.1")),
    .refuse(400, "69 h:0", line("CONNECT h:0 HTTP/1.1")),
    .refuse(400, "69 h:65536", line("CONNECT h:65536 HTTP/1.1")),
    .refuse(400, "69 h:99999", line("CONNECT h:99999 HTTP/1.1")),
    .refuse(400, "69 hex port", line("CONNECT h:0x1bb HTTP/1.1")),
    .refuse(400, "leading zero port", line("CONNECT h:0443 HTTP/1.1")),
    .refuse(400, "signed port", line("CONNECT h:+443 HTTP/1.1")),
    .refuse(400, "69 URI", line("CONNECT http://h:443 HTTP/1.1")),
    .refuse(400, "69 /", line("CONNECT / HTTP/1.1")),
    .refuse(400, "69 user", line("CONNECT u@h:443 HTTP/1.1")),
    .refuse(400, "69 bracket", line("CONNECT [::1 HTTP/1.1")),
    .refuse(400, "path behind port", line("CONNECT h:443/ HTTP/1.1")),
    .refuse(400, "CONNECT :443", line("CONNECT :443 HTTP/1.1")),
    .refuse(400, "71 CL", message("CONNECT h:443 HTTP/1.1", "Host: h", "Content-Length: 0")),
    .refuse(
      400, "71 TE", message("CONNECT h:443 HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")),
    .refuse(400, "71 Expect", message("CONNECT h:443 HTTP/1.1", "Host: h", "Expect: 100-continue")),
  ]

  @Test(arguments: accepted) func `a good request line is read`(_ row: Row) { row.check(.request) }

  @Test(arguments: refused) func `a bad request line is refused`(_ row: Row) { row.check(.request) }

  /// Inputs that go no further than the first wrong byte: nothing later is waited for.
  @Test(arguments: [
    ("\u{16}", 400), ("(", 400), ("\u{80}", 400), ("\u{0}", 400), ("GET\t", 400), ("GET /\r", 400),
    ("GET /\n", 400), ("GET  ", 400), ("GET / h", 400), ("GET / HTTP/1.1\n", 400),
    ("GET / HTTP/1.1\r\r", 400), ("GET / HTTP/2.0\r", 505), ("PRI * HTTP/2.0\r", 505),
    ("GET #", 400), ("GET admin HTTP/1.1\r\n", 400), ("\r\n\r\n\r", 400), ("\r\r", 400),
    (String(repeating: "G", count: 65), 501), ("GET /" + String(repeating: "a", count: 8187), 414),
    ("GET / HTTP/1.1\r\nHost ", 400), ("GET / HTTP/1.1\r\n ", 400), ("GET / HTTP/1.1\r\n:", 400),
    ("GET / HTTP/1.1\r\nHost: h\n", 400), ("GET / HTTP/1.1\r\nA: \u{0}", 400),
    ("GET / HTTP/1.1\r\nContent-Length: +5\r\n", 400), ("GET / HTTP/1.1\r\nHost:\r\n", 400),
    ("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", 501),
    ("GET / HTTP/1.1\r\nExpect: x\r\n", 417),
    ("GET / HTTP/1.1\r\nA:" + String(repeating: "a", count: 16382), 431),
  ])
  func `a wrong byte or line is refused the moment it is there`(_ text: String, _ status: Int) {
    let bytes = latin1(text)
    #expect(Feeding.run(bytes, .request, cuts: []).status == status)
    #expect(Feeding.run(Array(bytes.dropLast()), .request, cuts: []).status == nil)
  }
}
