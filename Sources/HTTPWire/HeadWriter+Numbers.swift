extension HeadWriter {
  /// Appends `number` in decimal digits, without making text of it.
  public static func decimal(_ number: Int64, to output: inout [UInt8]) {
    if number < 0 { output.append(0x2D) }
    digits(number.magnitude, base: 10, to: &output)
  }

  /// Appends `number` in lower-case hexadecimal digits.
  public static func hexadecimal(_ number: UInt64, to output: inout [UInt8]) {
    digits(number, base: 16, to: &output)
  }

  /// Appends the size line of a chunk of `size` bytes; the data and ``lineEnd(to:)`` follow.
  ///
  /// A size of 0 would end the body, so it appends nothing: an empty chunk is no chunk.
  public static func chunkSize(_ size: Int, to output: inout [UInt8]) {
    guard size > 0 else { return }
    hexadecimal(UInt64(size), to: &output)
    lineEnd(to: &output)
  }

  /// Appends the chunk that ends a body, without trailers.
  public static func lastChunk(to output: inout [UInt8]) {
    output.append(contentsOf: lastChunkLines)
  }

  /// `0`, and two line ends.
  private static let lastChunkLines: [UInt8] = [0x30, 0x0D, 0x0A, 0x0D, 0x0A]

  /// No number has more digits.
  private static let mostDigits = 20

  @inline(__always)
  private static func digits(_ number: UInt64, base: UInt64, to output: inout [UInt8]) {
    var text = InlineArray<20, UInt8>(repeating: 0)
    var first = mostDigits
    var rest = number
    repeat {
      let digit = UInt8(truncatingIfNeeded: rest % base)
      first &-= 1
      text[first] = digit < 10 ? 0x30 &+ digit : 0x61 &+ digit &- 10
      rest /= base
    } while rest > 0
    for at in first..<mostDigits { output.append(text[at]) }
  }
}
