import HTTPWire

/// Names under which this machine is reached from itself.
///
/// Base URLs and admin pages are served under these only: a name of somebody's domain that was made
/// to resolve to 127.0.0.1 would let a page in a browser use the keys (DNS rebinding).
enum LocalName {
  /// Whether the host at `range` is `localhost`, a name below it, or a loopback address.
  static func isLocal(_ block: FieldBlock, _ range: ByteRange) -> Bool {
    let host = bare(block, range)
    let all = block.bytes
    let bytes = all.span.extracting(host.range)
    if bytes.count >= 4, bytes[0] == 0x31, bytes[1] == 0x32, bytes[2] == 0x37, bytes[3] == 0x2E {
      for at in 4..<bytes.count where bytes[at] != 0x2E && bytes[at] &- 0x30 > 9 { return false }
      return true
    }
    return block.equals(host, "localhost") || block.equals(host, "::1")
      || endsBelowLocalhost(block, host)
  }

  /// Whether the bytes at `range` spell `host`, a normalised one, in any case.
  static func isSame(_ block: FieldBlock, _ range: ByteRange, as host: String) -> Bool {
    block.equals(bare(block, range), host)
  }

  /// A host in lower case, IPv6 without its brackets.
  static func normalised(_ block: FieldBlock, _ range: ByteRange) -> String {
    block.string(bare(block, range)).lowercased()
  }

  private static func endsBelowLocalhost(_ block: FieldBlock, _ host: ByteRange) -> Bool {
    let suffix = ".localhost"
    let start = Int(host.count) - suffix.utf8.count
    guard start >= 0 else { return false }
    return block.equals(
      ByteRange(start: host.start + Int32(start), count: host.count - Int32(start)), suffix)
  }

  /// The host at `range` without the brackets of an IPv6 address.
  static func bare(_ block: FieldBlock, _ range: ByteRange) -> ByteRange {
    guard range.count >= 2, block.bytes[Int(range.start)] == UInt8(ascii: "[") else { return range }
    return ByteRange(start: range.start + 1, count: range.count - 2)
  }
}
