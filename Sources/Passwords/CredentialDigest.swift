/// Stands for a user and a password without being them: SipHash under keys that only this process
/// knows, twice for 128 bits.
public struct CredentialDigest: Hashable, Sendable {
  private let halves: [UInt64]

  /// The keys of a process, drawn at its start.
  public struct Keys: Sendable {
    fileprivate let words: [UInt64]

    /// New keys, from the system's random numbers.
    public init() {
      var source = SystemRandomNumberGenerator()
      words = (0..<8).map { _ in source.next() }
    }
  }

  /// The digest of a user and a password under `keys`.
  public init(user: [UInt8], password: [UInt8], under keys: Keys) {
    halves = [keys.words[..<4], keys.words[4...]].map { words in
      var hasher = Hasher()
      for word in words { hasher.combine(word) }
      // Each brings its length: no other split of the same bytes gives the same digest.
      hasher.combine(user)
      hasher.combine(password)
      return UInt64(UInt(bitPattern: hasher.finalize()))
    }
  }
}
