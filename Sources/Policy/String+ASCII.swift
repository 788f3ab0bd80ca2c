extension String {
  /// The text with A to Z in lower case and everything else as it is, as names on the wire need.
  package var asciiLowercased: String {
    guard utf8.contains(where: { 0x41...0x5A ~= $0 }) else { return self }
    return String(decoding: utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
