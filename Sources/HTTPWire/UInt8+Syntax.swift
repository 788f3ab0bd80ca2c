extension UInt8 {
  /// The byte with A to Z folded to lower case and every other byte as it is.
  @inline(__always)
  var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  /// Whether the byte is SP or HTAB (RFC 9110 section 5.6.3).
  @inline(__always)
  var isBlank: Bool { self == 0x20 || self == 0x09 }

  /// Whether the byte may stand in a field value (RFC 9110 section 5.5): no control but HTAB.
  @inline(__always)
  var isFieldContent: Bool { (self >= 0x20 && self != 0x7F) || self == 0x09 }
}
