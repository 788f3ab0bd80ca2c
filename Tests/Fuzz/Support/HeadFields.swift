import HTTPWire

/// The fields of a head as names and values, whatever ranges they were read from.
public struct HeadFields: Equatable {
  /// In the order they came.
  public let lines: [Line]

  /// One field line.
  public struct Line: Equatable {
    /// Which known field it is.
    public let id: FieldName
    /// The name in the sender's spelling.
    public let name: [UInt8]
    /// The value without the blanks around it.
    public let value: [UInt8]
  }

  /// The fields of `block`.
  public init(_ block: FieldBlock) {
    lines = block.fields.map {
      Line(id: $0.id, name: Array(block.slice($0.name)), value: Array(block.slice($0.value)))
    }
  }

  /// The values of the fields called `name`, a name in lower case.
  public func values(_ name: String) -> [[UInt8]] {
    let name = Array(name.utf8)
    return lines.filter { $0.name.lowercased == name }.map(\.value)
  }

  /// Checks what no head that is accepted may hold, by its bytes alone.
  public func check(_ block: FieldBlock) {
    for (at, byte) in block.bytes.enumerated() {
      let before = at > 0 ? block.bytes[at - 1] : 0
      let after = at + 1 < block.bytes.count ? block.bytes[at + 1] : 0
      require(byte != 0x0A || before == 0x0D, "a bare LF in \(block.bytes.shown)")
      require(byte != 0x0D || after == 0x0A, "a bare CR in \(block.bytes.shown)")
      require(byte != 0, "a NUL in \(block.bytes.shown)")
    }
    require(block.bytes.firstRange(of: [13, 10, 13, 10]) == block.bytes.count - 4, "no one end")
    for line in lines {
      require(line.name.isToken, "the name \(line.name.shown) is no token")
      require(line.value.isFieldText, "a control character in \(line.value.shown)")
      require(line.value.first.map { $0 != 0x20 && $0 != 0x09 } ?? true, "a value not trimmed")
      require(line.value.last.map { $0 != 0x20 && $0 != 0x09 } ?? true, "a value not trimmed")
      let text = line.id.text
      require(text.isEmpty || Array(text.utf8) == line.name.lowercased, "not \(text)")
    }
  }

  /// Checks that these fields state `framing`, and nothing else beside it.
  public func check(_ framing: BodyFraming) {
    let (lengths, codings) = (values("content-length"), values("transfer-encoding"))
    require(lengths.count + codings.count <= 1, "two framings")
    if let length = lengths.first {
      require(
        Int64(length.shown).map { framing == .length($0) } ?? false && length.count <= 18
          && length.allSatisfy { 0x30...0x39 ~= $0 }, "\(length.shown) is read as \(framing)")
    } else if let coding = codings.first {
      require(coding.lowercased == Array("chunked".utf8), "the coding \(coding.shown)")
      require(framing == .chunked, "chunked is read as \(framing)")
    }
  }
}
