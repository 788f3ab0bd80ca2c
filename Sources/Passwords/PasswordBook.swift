import CCrypt

/// Users and the hashes of their passwords (crypt(5)); may be asked from any thread.
public struct PasswordBook: Sendable {
  private let hashes: [[UInt8]: String]
  /// Whose hash is computed for a user who is not there, so that the time does not tell.
  private let stranger: String

  /// A book of these users; at least one.
  ///
  /// - Throws: `PasswordFault` for a hash that crypt(5) does not know, or knows to be weak.
  public init(_ users: [(name: String, hash: String)]) throws(PasswordFault) {
    var hashes: [[UInt8]: String] = [:]
    for user in users {
      guard ccrypt_is_strong(user.hash) != 0 else {
        throw PasswordFault(
          "the hash of user \"\(user.name)\" is none, or of a method too weak for passwords, "
            + "allowed: what 'openssl passwd -6' or 'mkpasswd' prints")
      }
      hashes[Array(user.name.utf8)] = user.hash
    }
    guard let first = users.first else { throw PasswordFault("there are no users") }
    self.hashes = hashes
    stranger = first.hash
  }

  /// Whether `password` is the one of `user`; takes milliseconds of CPU, for strangers too.
  ///
  /// A user or password with a control character is nobody's (RFC 7617 section 2).
  public func verify(user: [UInt8], password: consuming [UInt8]) -> Bool {
    let expected = hashes[user]
    let setting = expected ?? stranger
    let isText = !password.contains { $0 < 0x20 || $0 == 0x7F }
    password.append(0)
    var hash = [CChar](repeating: 0, count: Int(CRYPT_OUTPUT_SIZE))
    let isHash = password.withUnsafeMutableBytes { phrase in
      defer { ccrypt_forget(phrase.baseAddress, phrase.count) }
      return ccrypt_hash(
        phrase.baseAddress?.assumingMemoryBound(to: CChar.self), setting, &hash) != 0
    }
    let made = hash.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return ConstantTime.areEqual(made, Array(setting.utf8)) && isHash && isText && expected != nil
  }
}
