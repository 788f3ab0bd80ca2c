import Testing

@testable import HTTPWire

/// Section B of the catalogue in wire-and-security.md, and row 2; numbers are its rows.
struct FieldTests {
  /// A GET with `field` as its second line.
  private static func with(_ field: String) -> String {
    message("GET / HTTP/1.1", field, "Host: h")
  }
  private static func host(_ host: String) -> String { message("GET / HTTP/1.1", "Host:\(host)") }
  private static func many(_ count: Int) -> String {
    "GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "A: b\r\n", count: count - 1) + "\r\n"
  }
  private static let plain = "GET / 1.1 none keep"

  static let refused: [Row] = [
    .refuse(400, "2 no Host", message("GET http://h/ HTTP/1.1")),
    .refuse(400, "2 two Hosts", message("GET http://h/ HTTP/1.1", "Host: h", "Host: h")),
    .refuse(400, "2 list", host(" a, b")), .refuse(400, "2 list without space", host("a,b")),
    .refuse(400, "2 user", host("u@h")), .refuse(400, "2 path", host("h/p")),
    .refuse(400, "2 empty", host("")),
    .refuse(400, "2 blank", host(" \t ")), .refuse(400, "empty port", host("h:")),
    .refuse(400, "port", host("h:0")),
    .refuse(400, "two words", host("a b")), .refuse(400, "IPv6 without brackets", host("::1")),
    .refuse(400, "1.0 with a bad Host", message("GET / HTTP/1.0", "Host: a b")),
    .refuse(400, "19 space", with("Name : v")), .refuse(400, "19 tab", with("Name\t: v")),
    .refuse(400, "19 0x85", with("Name\u{85}: v")), .refuse(400, "19 0xA0", with("Name\u{A0}: v")),
    .refuse(400, "20 leading space", with(" X: y")), .refuse(400, "20 leading tab", with("\tX: y")),
    .refuse(400, "20 obs-fold", with("X: a\r\n b")),
    .refuse(400, "20 obs-fold with tab", with("X: a\r\n\tb")),
    .refuse(400, "20 fold before the end", "GET / HTTP/1.1\r\nHost: h\r\n \r\n\r\n"),
    .refuse(400, "21 no colon", with("X")), .refuse(400, "21 empty name", with(": v")),
    .refuse(400, "21 split name", with("Transfer-\r\nEncoding: x")),
    .refuse(400, "no colon with space", with("X y")),
    .refuse(400, "24 non-token", with("X(y): v")), .refuse(400, "24 non-ASCII", with("X\u{E9}: v")),
    .refuse(400, "24 NUL", with("X\u{0}: v")), .refuse(400, "24 slash", with("X/y: v")),
    .refuse(400, "DEL", with("X\u{7F}: v")),
    .refuse(400, "25 Content_Length", with("Content_Length: 5")),
    .refuse(400, "25 Transfer_Encoding", with("transfer_ENCODING: x")),
    .refuse(431, "26 101 fields", many(101)), .refuse(431, "26 10 000 fields", many(10_000)),
    .refuse(431, "26 64 KB value", with("X: " + String(repeating: "v", count: 65_536))),
    .refuse(
      431, "26 300 KB block",
      "GET / HTTP/1.1\r\nHost: h\r\n"
        + String(repeating: "X: " + String(repeating: "v", count: 8000) + "\r\n", count: 38)
        + "\r\n"),
    .refuse(
      431, "one byte over the line limit", with("X:" + String(repeating: "v", count: 16_381))),
    .refuse(400, "28 Connection: Host", with("Connection: Host")),
    .refuse(400, "28 Connection: Content-Length", with("Connection: close, content-length")),
    .refuse(400, "28 Connection: Transfer-Encoding", with("Connection: Transfer-Encoding")),
    .refuse(
      431, "65 connection options", with("Connection: a" + String(repeating: ",a", count: 64))),
    .refuse(417, "58 Expect", with("Expect: 200-maybe")),
    .refuse(417, "Expect list", with("Expect: 100-continue, x")),
  ]

  static let accepted: [Row] = [
    .accept("Host with port", host("h:8080"), plain),
    .accept("Host IPv6", host(" [::1]:80 "), plain),
    .accept("no space", with("X:y"), plain), .accept("blanks around", with("X:\t y z \t"), plain),
    .accept("empty value", with("X:"), plain), .accept("tab inside", with("X: a\tb"), plain),
    .accept("23 obs-text", with("X: \u{80}\u{85}\u{A0}\u{FF}"), plain),
    .accept("23 obs-text at the ends", with("X:\u{A0}v\u{85}"), plain),
    .accept("100 fields", many(100), plain),
    .accept("line limit", with("X:" + String(repeating: "v", count: 16_380)), plain),
    .accept("other underscore", with("Content_Type: x"), plain),
    .accept("underscore elsewhere", with("contentlength_x: x"), plain),
    .accept("27 close", with("Connection: close, X-Secret"), "GET / 1.1 none close"),
    .accept("close among others", with("Connection: foo ,\t CLOSE"), "GET / 1.1 none close"),
    .accept("quoted close is no option", with("Connection: \"close\""), plain),
    .accept(
      "64 connection options", with("Connection: a" + String(repeating: ",a", count: 63)), plain),
    .accept(
      "29 hop by hop",
      with("Proxy-Connection: keep-alive\r\nKeep-Alive: 5\r\nTE: trailers\r\nUpgrade: x"), plain),
    .accept(
      "57 Expect",
      message(
        "POST / HTTP/1.1", "Host: h", "Expect: 100-Continue", "Content-Length: 3", body: "abc"),
      "POST / 1.1 length(3) keep 100", body: "abc"),
    .accept("Expect without a body to come", with("Expect: 100-continue"), plain),
    .accept(
      "58 Expect from 1.0", message("POST / HTTP/1.0", "Expect: x", "Content-Length: 0"),
      "POST / 1.0 length(0) close"),
  ]

  /// Row 22: every control byte but HTAB, at the start, inside and at the end of a value.
  static let controls: [Row] = (Array(0..<0x20) + [0x7F]).filter { $0 != 9 }.flatMap { byte in
    ["\(scalar(byte))v", "a\(scalar(byte))b", "v\(scalar(byte))"].map {
      Row.refuse(400, "22 byte \(byte)", with("X: \($0)"))
    }
  }

  private static func scalar(_ byte: Int) -> String { latin1Text(byte) }

  @Test(arguments: refused) func `a bad field is refused`(_ row: Row) { row.check(.request) }

  @Test(arguments: accepted) func `a good field is read`(_ row: Row) { row.check(.request) }

  @Test(arguments: controls)
  func `a control character in a value is refused`(_ row: Row) { row.check(.request) }

  @Test func `values keep their bytes and lose only the blanks around them`() {
    let text = Self.with("X: \t\u{A0}a\t b\u{85} \t")
    let outcome = outcomeOfAllCuts(latin1(text), .request)
    guard case .complete(_, let fields, _, let consumed) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(fields == ["X=\u{A0}a\t b\u{85}", "Host=h"])
    #expect(consumed == text.unicodeScalars.count)
  }

  @Test func `every byte is a token byte, a target byte and a host byte or not as the RFCs say`() {
    let digits = Set("0123456789".utf8)
    let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    let alphanumeric = digits.union(letters)
    let token = alphanumeric.union("!#$%&'*+-.^_`|~".utf8)
    let uri = alphanumeric.union("-._~:/?[]@!$&'()*+,;=%".utf8).union("|{}^`".utf8)
    for byte in UInt8.min...UInt8.max {
      #expect(ByteSet.token.contains(byte) == token.contains(byte))
      #expect(ByteSet.target.contains(byte) == uri.contains(byte))
      #expect(ByteSet.host.contains(byte) == alphanumeric.union("-._".utf8).contains(byte))
      let address = digits.union("abcdefABCDEF:.".utf8)
      #expect(ByteSet.address.contains(byte) == address.contains(byte))
    }
  }
}

func latin1Text(_ byte: Int) -> String {
  UnicodeScalar(UInt32(byte)).map { String($0) } ?? ""
}
