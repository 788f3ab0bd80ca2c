import HTTPWire

/// Names under which this machine is reached from itself.
///
/// Base URLs and admin pages are served under these only: a name of somebody's domain that was made
/// to resolve to 127.0.0.1 would let a page in a browser use the keys (DNS rebinding).
enum LocalName {
  /// Whether the host at `range` is `localhost`, a name below it, or a loopback address.
  static func isLocal(_ block: FieldBlock, _ range: ByteRange) -> Bool {
    let name = normalised(block, range)
    return name == "localhost" || name.hasSuffix(".localhost") || name == "::1"
      || (name.hasPrefix("127.")
        && name.utf8.allSatisfy { $0 == 0x2E || ($0 >= 0x30 && $0 <= 0x39) })
  }

  /// A host in lower case, IPv6 without its brackets.
  static func normalised(_ block: FieldBlock, _ range: ByteRange) -> String {
    let host = block.string(range).lowercased()
    return host.first == "[" ? String(host.dropFirst().dropLast()) : host
  }
}
