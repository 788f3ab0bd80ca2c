import Testing

@testable import HTTPWire

struct FieldBlockTests {
  private func block(_ fields: String...) throws -> FieldBlock {
    let text = "GET / HTTP/1.1\r\nHost: h\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    var parser = RequestParser()
    return try #require(try parser.read(latin1(text))).block
  }

  @Test func `fields are found by number and by name`() throws {
    let block = try block("X-Key: one", "Cookie: a", "x-KEY: two", "Cookie: b")
    #expect(block.contains(.cookie) && !block.contains(.date))
    #expect(block.value(.cookie) == "a")
    #expect(block.value(.date) == nil && block.first(.date) == nil)
    #expect(block.value(named: "x-key") == "one")
    #expect(block.value(named: "x-ke") == nil)
    let last = try #require(block.fields.last { $0.id == .other })
    #expect(block.isNamed(last, "x-key") && !block.isNamed(last, "x-kex"))
    #expect(block.string(last.value) == "two")
    #expect(Array(block.slice(last.name)) == latin1("x-KEY"))
  }

  @Test func `a field's lines are joined as one list`() throws {
    let block = try block("X-List: a", "x-other: b", "X-LIST: c, d")
    #expect(block.joined(named: "x-list") == "a, c, d")
    #expect(block.joined(named: "x-other") == "b")
    #expect(block.joined(named: "x-lost") == nil && block.joined(named: "x") == nil)
  }

  @Test func `a hash never denies a connection option, and tells most names apart`() throws {
    let names = ["X-Key", "Retry-After", "a", "X_y", String(repeating: "long-", count: 9) + "x"]
    let options = "Connection: " + names.map { $0.uppercased() }.joined(separator: ", ")
    for name in names {
      let field = try #require(try block(options, name + ": v").fields.last)
      #expect(try block(options, name + ": v").isNamedByConnection(field), "\(name)")
    }
    let asked = try block(options)
    let others = try (0..<1000).map { try #require(try block("x-limit-\($0): v").fields.last) }
    let hashes = others.map { FieldNameHash($0.tag).bits }
    #expect(hashes.count { asked.optionHashes & $0 == $0 } < 200)
  }

  @Test func `a name is compared in whole, however long`() throws {
    let long = "x-" + String(repeating: "ratelimit-", count: 6)
    let block = try block(long + "A: 1", long + "b: 2", "Upgrade: 3")
    #expect(block.value(named: long + "a") == "1" && block.value(named: long + "b") == "2")
    #expect(block.value(named: long + "c") == nil && block.value(named: long) == nil)
    #expect(block.value(named: "upgrade") == "3" && block.value(named: "upgrad\r") == nil)
  }

  @Test func `a value that is not UTF-8 still reads`() throws {
    let block = try block("X: a\u{FF}b")
    #expect(block.value(named: "x") == "a\u{FFFD}b")
  }

  @Test func `list elements come from all lines, without empty ones`() throws {
    let block = try block("Via: 1.1 a, ,1.0 b,", "X: y", "via:", "VIA:\t1.1 c \t,")
    #expect(block.elements(of: .via).map { block.string($0) } == ["1.1 a", "1.0 b", "1.1 c"])
    #expect(Array(block.elements(of: .te)).isEmpty)
  }

  @Test func `Connection names fields in any case and over many lines`() throws {
    let block = try block(
      "Connection: close, X-Secret", "x-secret: 1", "X-Other: 2", "connection: KEEP-alive",
      "Keep-Alive: 5")
    let named = block.fields.filter { block.isNamedByConnection($0) }.map { block.string($0.name) }
    #expect(named == ["x-secret", "Keep-Alive"])
    let without = try self.block("X: close")
    #expect(!without.fields.contains { without.isNamedByConnection($0) })
  }

  @Test func `a head says where its parts lie`() throws {
    var parser = RequestParser()
    let bytes = latin1("\r\nPOST /p?q HTTP/1.1\r\nHost: api.x:8080\r\n\r\nrest")
    let head = try #require(try parser.read(bytes))
    #expect(head.block.string(head.methodRange) == "POST" && head.method == .post)
    #expect(head.block.string(head.targetRange) == "/p?q")
    let host = try #require(head.hostField)
    #expect(head.block.string(host.host) == "api.x" && host.port == 8080)
    #expect(parser.consumed == bytes.count - 4)
    #expect(head.block.bytes.count == bytes.count - 6)
  }

  @Test func `a parser knows whether a request has begun`() throws {
    var parser = RequestParser()
    #expect(try parser.read(latin1("")) == nil)
    #expect(!parser.hasBegun)
    #expect(try parser.read(latin1("\r\n")) == nil)
    #expect(!parser.hasBegun)
    #expect(try parser.read(latin1("\r\nG")) == nil)
    #expect(parser.hasBegun)
    #expect(try parser.read(latin1("\r\nGET / HTTP/1.0\r\n\r\n")) != nil)
    #expect(!parser.hasBegun)
    // The call behind a head starts the next message by itself.
    #expect(try parser.read(latin1("GET / HTTP/1.0\r\n\r\n"))?.method == .get)
  }

  @Test func `limits of any size fit the offsets`() {
    let limits = HeadLimits(startLine: .max, line: .max, block: .max, fields: .max)
    #expect(limits.block == 1 << 30 && limits.line == 1 << 30 && limits.startLine == 1 << 30)
  }

  @Test(arguments: [(60, true), (59, true), (58, false)])
  func `a head may fill its block and no more`(_ block: Int, _ fits: Bool) {
    let bytes = latin1(
      "GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "a", count: 27) + "\r\n\r\n")
    #expect(bytes.count == 59)
    var parser = RequestParser(
      limits: HeadLimits(startLine: 8192, line: 8192, block: block, fields: 9))
    let head = try? parser.read(bytes)
    #expect((head != nil) == fits)
  }
}
