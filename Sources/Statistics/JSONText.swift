/// JSON being written, one member after the other, straight into bytes (RFC 8259).
///
/// The caller opens and closes objects and arrays in pairs; commas and escapes come by themselves.
public struct JSONText: Sendable {
  /// The text so far, in UTF-8.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// Nothing yet.
  public init() {}

  /// Writes an object, or one as the member `name` of the object around it.
  public mutating func object(_ name: String? = nil, _ body: (inout JSONText) -> Void) {
    nest(name, open: "{", close: "}", body)
  }

  /// Writes an array, or one as the member `name` of the object around it.
  public mutating func array(_ name: String? = nil, _ body: (inout JSONText) -> Void) {
    nest(name, open: "[", close: "]", body)
  }

  /// Writes a string member, or an element when `name` is nil; no value is written as null.
  public mutating func string(_ name: String?, _ value: String?) {
    begin(name)
    if let value { quote(value.utf8) } else { bytes.append(contentsOf: "null".utf8) }
  }

  /// Writes a member that is true or false.
  public mutating func boolean(_ name: String?, _ value: Bool) {
    begin(name)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// Writes a whole-number member.
  public mutating func integer(_ name: String?, _ value: some BinaryInteger) {
    begin(name)
    bytes.append(contentsOf: String(value).utf8)
  }

  /// Writes a number member with three decimals at most, such as seconds.
  public mutating func number(_ name: String?, _ value: Double) {
    begin(name)
    let thousandths = value.isFinite ? (max(-9e12, min(9e12, value)) * 1000).rounded() : 0
    bytes.append(contentsOf: String(thousandths / 1000).utf8)
  }

  /// Writes bytes as a string member; what is not UTF-8 becomes U+FFFD.
  public mutating func text(_ name: String?, _ value: some Collection<UInt8>) {
    string(name, String(decoding: value, as: UTF8.self))
  }

  private mutating func nest(
    _ name: String?, open: Unicode.Scalar, close: Unicode.Scalar, _ body: (inout JSONText) -> Void
  ) {
    begin(name)
    bytes.append(UInt8(ascii: open))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: close))
    needsComma = true
  }

  private mutating func begin(_ name: String?) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    guard let name else { return }
    quote(name.utf8)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func quote(_ text: some Sequence<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [0x5C, byte])
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x00..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: (byte < 16 ? "\\u000" : "\\u00").utf8)
        bytes.append(contentsOf: digits.utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
