/// What an emulated provider keeps of a request's content: its size, its beginning and, where two
/// requests may have to be compared, a fingerprint.
public struct RequestBody: Hashable, Sendable {
  /// Bytes kept of the beginning.
  static let kept = 16 << 10
  /// FNV-1a, 64 bits; it tells honest clients' bodies apart and resists no attack.
  private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01B3

  /// The bytes that came.
  public private(set) var length: Int64 = 0
  private(set) var fingerprint = RequestBody.basis
  private(set) var beginning: [UInt8] = []

  private let isFingerprinted: Bool

  /// Nothing yet; without a fingerprint bodies of the same size and beginning are the same.
  public init(isFingerprinted: Bool = true) { self.isFingerprinted = isFingerprinted }

  /// The content that `text` is.
  public init(_ text: String) {
    self.init()
    append(Array(text.utf8))
  }

  /// Adds bytes to the end.
  public mutating func append(_ bytes: some Collection<UInt8>) {
    if isFingerprinted {
      for byte in bytes { fingerprint = (fingerprint ^ UInt64(byte)) &* Self.prime }
    }
    beginning.append(contentsOf: bytes.prefix(max(0, Self.kept - beginning.count)))
    length += Int64(bytes.count)
  }

  /// The whole number of the first member `name` in the beginning; nil when there is none.
  func number(of name: String) -> Int? {
    let text = String(decoding: beginning, as: UTF8.self)
    guard let member = text.firstRange(of: "\"\(name)\"") else { return nil }
    let rest = text[member.upperBound...].drop(while: \.isWhitespace)
    guard rest.first == ":" else { return nil }
    let value = rest.dropFirst().drop(while: \.isWhitespace)
    return Int(value.prefix { $0.isASCII && ($0.isNumber || $0 == "-") })
  }
}
