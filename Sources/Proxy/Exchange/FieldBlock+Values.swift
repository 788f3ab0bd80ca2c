import HTTPWire

extension FieldBlock {
  /// How many more times the request may be forwarded (RFC 9110 section 7.6.2), if it says so.
  var maxForwards: Int64? {
    guard let field = first(.maxForwards), (1...9).contains(field.value.count) else { return nil }
    var number: Int64 = 0
    for byte in slice(field.value) {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int64(byte - 0x30)
    }
    return number
  }
}
