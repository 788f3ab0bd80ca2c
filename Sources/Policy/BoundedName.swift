/// Keeps names that requests bring, such as accounts and callers, to a bounded length.
///
/// A longer name becomes its first 239 bytes (fewer where a character would be cut), `~`, and 16
/// hex digits of the FNV-1a hash of the whole. It is still a name: dropping it would let a caller
/// dodge the account's limits. Two names that collide share a bucket, which only slows them.
public enum BoundedName {
  static let longest = 256

  /// `name`, or what stands for it when it is longer than 256 bytes.
  public static func text(_ name: String) -> String {
    let bytes = name.utf8
    guard bytes.count > longest else { return name }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    var end = bytes.index(bytes.startIndex, offsetBy: longest - 17)
    while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { bytes.formIndex(before: &end) }
    return name[..<end] + "~" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
