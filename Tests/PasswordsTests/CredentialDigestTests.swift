import Testing

@testable import Passwords

@Suite struct CredentialDigestTests {
  private let keys = CredentialDigest.Keys()

  private func digest(_ user: String, _ password: String) -> CredentialDigest {
    CredentialDigest(user: Array(user.utf8), password: Array(password.utf8), under: keys)
  }

  @Test func `the same credential has the same digest, and every other another`() {
    let pairs = [
      ("a", "b"), ("ab", ""), ("", "ab"), ("a", "b\0"), ("a", "B"), ("b", "a"), ("a:b", ""),
      ("", ""),
    ]
    let digests = Set(pairs.map { digest($0.0, $0.1) })
    #expect(digests.count == pairs.count)
    #expect(digests.contains(digest("a", "b")))
  }

  @Test func `other keys give other digests`() {
    let other = CredentialDigest(user: [1], password: [2], under: CredentialDigest.Keys())
    #expect(other != CredentialDigest(user: [1], password: [2], under: keys))
  }

  @Test(arguments: [
    ("", "", true), ("a", "", false), ("", "a", false), ("abc", "abc", true),
    ("abc", "abd", false), ("abcabc", "abc", false), ("abc", "abcabc", false),
    ("xbc", "abc", false),
  ])
  func `bytes are compared whole`(given: String, expected: String, areEqual: Bool) {
    #expect(ConstantTime.areEqual(Array(given.utf8), Array(expected.utf8)) == areEqual)
  }
}
