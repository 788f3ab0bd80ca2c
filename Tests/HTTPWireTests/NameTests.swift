import Testing

@testable import HTTPWire

struct NameTests {
  /// `ifNoneMatch` as `if-none-match`: an oracle for the table of names.
  private func hyphenated(_ id: FieldName) -> String {
    "\(id)".map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
  }

  @Test(arguments: FieldName.allCases.filter { $0 != .other })
  func `a known name is recognised in any case and in no other spelling`(_ id: FieldName) {
    #expect(id.text == hyphenated(id))
    #expect(FieldName.of(latin1(id.text)) == id)
    #expect(FieldName.of(latin1(id.text.uppercased())) == id)
    var bytes = latin1(id.text)
    for at in bytes.indices {
      let byte = bytes[at]
      for wrong in UInt8.min...UInt8.max where wrong.asciiLowercased != byte {
        bytes[at] = wrong
        let found = FieldName.identify(bytes.span)
        let spelled = bytes.map { String(UnicodeScalar($0)).lowercased() }.joined()
        // One changed byte may spell another known name, as `via` and `vid` might.
        #expect(found == .other || (found != id && found.text == spelled))
      }
      bytes[at] = byte
    }
    #expect(FieldName.of(latin1(id.text + "x")) == .other)
    #expect(FieldName.of(bytes.dropLast()) == .other)
  }

  @Test func `there is room for every name in one word of bits`() {
    #expect(FieldName.allCases.count <= 64)
    #expect(FieldName.allCases.allSatisfy { $0.text.utf8.count <= PackedName.longest })
    #expect(FieldName.of([]) == .other)
    #expect(FieldName.of(latin1(String(repeating: "a", count: 200))) == .other)
  }

  @Test func `a name is recognised inside a longer run of bytes`() {
    let bytes = latin1("xxHoStyy")
    #expect(FieldName.identify(bytes, ByteRange(start: 2, count: 4)) == .host)
    #expect(FieldName.identify(bytes, ByteRange(start: 2, count: 5)) == .other)
  }

  @Test(arguments: HTTPWire.Method.allCases.filter { $0 != .other })
  func `a method is recognised in upper case alone`(_ method: HTTPWire.Method) {
    #expect(HTTPWire.Method.of("\(method)".uppercased()) == method)
    #expect(HTTPWire.Method.of("\(method)") == .other)
    #expect(HTTPWire.Method.of("X\(method)".uppercased()) == .other)
    #expect(HTTPWire.Method.of("\(method)X".uppercased()) == .other)
  }
}
