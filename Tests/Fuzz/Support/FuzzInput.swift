/// The bytes of one fuzz input, taken from the front: first what steers a target, then its message.
public struct FuzzInput {
  private var bytes: ArraySlice<UInt8>

  /// The input of `count` bytes from `start`, as libFuzzer hands it over.
  public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
    bytes = Array(UnsafeBufferPointer(start: start, count: count))[...]
  }

  /// The next byte; 0 where there is none left.
  public mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

  /// The next two bytes as one number.
  public mutating func number() -> Int { Int(byte()) << 8 | Int(byte()) }

  /// Up to seven lengths of pieces: a byte says how many, and a byte each how long.
  public mutating func pieces() -> [Int] { (0..<byte() & 7).map { _ in Int(byte()) } }

  /// All bytes that are left.
  public mutating func rest() -> [UInt8] {
    defer { bytes = [] }
    return Array(bytes)
  }
}
