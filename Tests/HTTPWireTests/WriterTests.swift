import Testing

@testable import HTTPWire

struct WriterTests {
  private func written(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return bytes.map { String(UnicodeScalar($0)) }.joined()
  }

  @Test(arguments: [
    0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 4095, 65_536, Int64.max, Int64.max - 1,
  ])
  func `numbers are written as the standard library would`(_ number: Int64) {
    #expect(written { HeadWriter.decimal(number, to: &$0) } == String(number))
    #expect(written { HeadWriter.decimal(-number, to: &$0) } == String(-number))
    let hexadecimal = written { HeadWriter.hexadecimal(UInt64(number), to: &$0) }
    #expect(hexadecimal == String(number, radix: 16))
  }

  @Test func `the ends of the number range are written`() {
    #expect(written { HeadWriter.decimal(.min, to: &$0) } == String(Int64.min))
    #expect(written { HeadWriter.hexadecimal(.max, to: &$0) } == "ffffffffffffffff")
  }

  @Test func `a head is written piece by piece`() {
    let head = written {
      HeadWriter.statusLine(503, to: &$0)
      HeadWriter.field("Retry-After", 7, to: &$0)
      HeadWriter.field("Via", "1.1 penstock", to: &$0)
      HeadWriter.framing(.length(12), to: &$0)
      HeadWriter.framing(.chunked, to: &$0)
      HeadWriter.framing(.none, to: &$0)
      HeadWriter.framing(.untilClose, to: &$0)
      HeadWriter.lineEnd(to: &$0)
    }
    #expect(
      head == "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nVia: 1.1 penstock\r\n"
        + "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n")
  }

  @Test func `bytes of a parsed head go out unchanged`() throws {
    var parser = ResponseParser()
    let bytes = latin1("HTTP/1.0 200 \u{E9}\r\nx-MiXed:\t\u{FF} v \r\n\r\n")
    let head = try #require(try parser.read(bytes))
    let copy = written { output in
      HeadWriter.statusLine(head.status, reason: head.block.slice(head.reason), to: &output)
      for field in head.block.fields { HeadWriter.field(field, of: head.block, to: &output) }
    }
    #expect(copy == "HTTP/1.1 200 \u{E9}\r\nx-MiXed: \u{FF} v\r\n")
  }

  @Test(arguments: ["X: v", "X: v\r", "X: v\r\n", "X: v\n\n", "X:\tv\r\n", "X:  v\r\n"])
  func `a field line ends with CR LF whatever follows its value`(_ line: String) throws {
    let bytes = latin1(line)
    let value = try #require(bytes.firstIndex(of: 0x76))
    let field = Field(
      id: .other, isPlain: false, tag: 0, name: ByteRange(0..<1),
      value: ByteRange(value..<value + 1))
    let block = FieldBlock(bytes: bytes, fields: [field], optionHashes: 0)
    #expect(written { HeadWriter.field(field, of: block, to: &$0) } == "X: v\r\n")
  }

  @Test func `a request line is written of a head and from text`() throws {
    var parser = RequestParser()
    let head = try #require(try parser.read(latin1("BREW /a HTTP/1.1\r\nHost: h\r\n\r\n")))
    let target = latin1("/%2e%2e/")
    let ofHead = written { HeadWriter.requestLine(of: head, target: target[...], to: &$0) }
    let fromText = written { HeadWriter.requestLine(method: "BREW", target: "/%2e%2e/", to: &$0) }
    #expect(ofHead == "BREW /%2e%2e/ HTTP/1.1\r\n")
    #expect(fromText == ofHead)
  }

  @Test func `text cannot break a line`() {
    let line = written { HeadWriter.field("X", "a\r\nEvil: b\u{0}\u{7F}\tc", to: &$0) }
    #expect(line == "X: a  Evil: b  \tc\r\n")
    #expect(written { HeadWriter.field("X\r\nY", 1, to: &$0) } == "X  Y: 1\r\n")
  }

  @Test func `chunks are written and an empty one is none`() {
    #expect(written { HeadWriter.chunkSize(26, to: &$0) } == "1a\r\n")
    #expect(written { HeadWriter.chunkSize(0, to: &$0) }.isEmpty)
    #expect(written { HeadWriter.lastChunk(to: &$0) } == "0\r\n\r\n")
  }

  @Test(arguments: [
    (100, "Continue"), (103, "Early Hints"), (200, "OK"), (226, "IM Used"), (304, "Not Modified"),
    (400, "Bad Request"), (407, "Proxy Authentication Required"), (413, "Content Too Large"),
    (417, "Expectation Failed"), (418, "Unknown"), (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"), (503, "Service Unavailable"),
    (505, "HTTP Version Not Supported"),
    (99, "Unknown"), (0, "Unknown"), (-1, "Unknown"), (600, "Unknown"), (999, "Unknown"),
  ])
  func `a status has its standard phrase`(_ status: Int, _ phrase: String) {
    #expect(ReasonPhrase.of(status) == phrase)
  }
}
