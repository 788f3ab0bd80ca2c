/// Whom a peer's failures are counted for: its address, or the network of an IPv6 address, since
/// whoever has one has the 2^64 beside it.
enum PeerNetwork {
  /// The IPv4 address or user as it is; the first 64 bits of an IPv6 address in text.
  static func name(of peer: String) -> String {
    guard peer.contains(":"), !peer.contains("."), !peer.hasPrefix("uid:") else { return peer }
    let sides = peer.split(separator: ":", omittingEmptySubsequences: false)
    let gap = sides.firstIndex { $0.isEmpty } ?? sides.endIndex
    let left = sides[..<gap]
    let right = sides[gap...].filter { !$0.isEmpty }
    let zeros = Array(repeating: Substring("0"), count: max(0, 8 - left.count - right.count))
    return (left + zeros + right).prefix(4).joined(separator: ":") + "::/64"
  }
}
