/// Appends the pieces of a message to bytes that go out in one write.
///
/// Always writes HTTP/1.1 (RFC 9112 section 2.3). Bytes taken from a parsed head go out unchanged.
/// Text from elsewhere cannot break a line: what no field may hold goes out as a space.
public enum HeadWriter {
  /// Appends a request line whose method and target are text.
  public static func requestLine(method: String, target: String, to output: inout [UInt8]) {
    text(method, to: &output)
    output.append(0x20)
    text(target, to: &output)
    output.append(contentsOf: versionAndEnd)
  }

  /// Appends a request line with the method of `head` and another target.
  public static func requestLine(
    of head: RequestHead, target: ArraySlice<UInt8>, to output: inout [UInt8]
  ) {
    // The space behind the method is part of the head.
    output.append(contentsOf: head.block.bytes[0...Int(head.methodRange.count)])
    output.append(contentsOf: target)
    output.append(contentsOf: versionAndEnd)
  }

  /// `HTTP/1.1` and a space.
  private static let versionAndSpace: [UInt8] = [
    0x48, 0x54, 0x54, 0x50, 0x2F, 0x31, 0x2E, 0x31, 0x20,
  ]

  /// ` HTTP/1.1` and the line's end.
  private static let versionAndEnd: [UInt8] = [
    0x20, 0x48, 0x54, 0x54, 0x50, 0x2F, 0x31, 0x2E, 0x31, 0x0D, 0x0A,
  ]

  /// Appends a status line with the standard reason phrase.
  public static func statusLine(_ status: Int, to output: inout [UInt8]) {
    output.append(contentsOf: versionAndSpace)
    decimal(Int64(status), to: &output)
    output.append(0x20)
    output.append(contentsOf: ReasonPhrase.of(status).utf8)
    lineEnd(to: &output)
  }

  /// Appends a status line with the reason phrase that a parsed response had.
  public static func statusLine(
    _ status: Int, reason: ArraySlice<UInt8>, to output: inout [UInt8]
  ) {
    output.append(contentsOf: versionAndSpace)
    decimal(Int64(status), to: &output)
    output.append(0x20)
    output.append(contentsOf: reason)
    lineEnd(to: &output)
  }

  /// Appends a field line of a parsed head: its name in the sender's spelling, its value bytes.
  public static func field(_ field: Field, of block: FieldBlock, to output: inout [UInt8]) {
    let (name, value) = (field.name.range, field.value.range)
    let end = value.upperBound + 2
    // The usual spelling, `Name: value` and the line's end, goes out in one piece.
    if value.lowerBound == name.upperBound + 2, block.bytes[name.upperBound + 1] == 0x20,
      end <= block.bytes.count, block.bytes[end - 2] == 0x0D, block.bytes[end - 1] == 0x0A
    {
      output.append(contentsOf: block.bytes[name.lowerBound..<end])
      return
    }
    output.append(contentsOf: block.slice(field.name))
    colon(to: &output)
    output.append(contentsOf: block.slice(field.value))
    lineEnd(to: &output)
  }

  /// Appends a field line whose value is bytes of a parsed head, or bytes checked like one's.
  public static func field(_ name: String, _ value: ArraySlice<UInt8>, to output: inout [UInt8]) {
    text(name, to: &output)
    colon(to: &output)
    output.append(contentsOf: value)
    lineEnd(to: &output)
  }

  /// Appends a field line of text.
  public static func field(_ name: String, _ value: String, to output: inout [UInt8]) {
    text(name, to: &output)
    colon(to: &output)
    text(value, to: &output)
    lineEnd(to: &output)
  }

  /// Appends a field line whose value is a decimal number.
  public static func field(_ name: String, _ value: Int64, to output: inout [UInt8]) {
    text(name, to: &output)
    colon(to: &output)
    decimal(value, to: &output)
    lineEnd(to: &output)
  }

  /// Appends the field that tells how the body ends: one `Content-Length`, one
  /// `Transfer-Encoding: chunked`, or nothing.
  public static func framing(_ framing: BodyFraming, to output: inout [UInt8]) {
    switch framing {
    case .length(let length):
      output.append(contentsOf: contentLength)
      decimal(length, to: &output)
      lineEnd(to: &output)
    case .chunked: output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
    case .none, .untilClose: break
    }
  }

  /// `Content-Length` and what stands between it and its value.
  private static let contentLength: [UInt8] = [
    0x43, 0x6F, 0x6E, 0x74, 0x65, 0x6E, 0x74, 0x2D, 0x4C, 0x65, 0x6E, 0x67, 0x74, 0x68, 0x3A, 0x20,
  ]

  @inline(__always)
  private static func colon(to output: inout [UInt8]) {
    output.append(0x3A)
    output.append(0x20)
  }

  /// Appends CR LF: the end of a line, and after the last field line the end of the head.
  public static func lineEnd(to output: inout [UInt8]) {
    output.append(0x0D)
    output.append(0x0A)
  }

  /// Appends `text`, with a space for each byte that could end a line or a value.
  public static func text(_ text: String, to output: inout [UInt8]) {
    let start = output.count
    output.append(contentsOf: text.utf8)
    for at in start..<output.count where !output[at].isFieldContent { output[at] = 0x20 }
  }
}
