/// What a path that ends in `/bytes/N` asks for, on every provider: N bytes.
enum Download: Hashable {
  /// So many bytes; the byte at offset i is i mod 256.
  case bytes(Int64)
  /// N is no number or above ``most``.
  case impossible

  /// The most bytes of one answer: 10 GiB.
  static let most: Int64 = 10 << 30

  /// What `path`, without its query, asks for; nil when it is another path.
  init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[parts.count - 2] == "bytes", let digits = parts.last else {
      return nil
    }
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits),
      count <= Download.most
    else {
      self = .impossible
      return
    }
    self = .bytes(count)
  }
}
