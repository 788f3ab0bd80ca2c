/// What may be a secret: visible ASCII on one line, for it stands in a header field.
public enum SecretText {
  /// The most bytes a secret may have.
  public static let longest = 8192
  /// The most bytes that are read for one: itself and the line break behind it.
  public static let longestRead = longest + 2

  /// How many of the bytes read are the secret: all but the line breaks at the end.
  ///
  /// - Parameter noun: What the bytes are called in a fault, such as `the file's content`.
  public static func count(of bytes: Span<UInt8>, noun: String) throws(SecretFault) -> Int {
    var count = bytes.count
    while count > 0, bytes[count - 1] == 0x0A || bytes[count - 1] == 0x0D { count -= 1 }
    if count == 0 { throw .unfit("\(noun) is empty, allowed: a secret") }
    if count > longest {
      throw .unfit("\(noun) is longer than a secret may be, allowed: \(longest) bytes")
    }
    var isFit = bytes[0] != 0x20 && bytes[count - 1] != 0x20
    for at in 0..<count where !(0x20...0x7E ~= bytes[at]) { isFit = false }
    guard isFit else {
      throw .unfit(
        "\(noun) cannot stand in a header, allowed: visible ASCII on one line, no space around")
    }
    return count
  }
}
