import Passwords
import Testing

@Suite struct PasswordBookTests {
  /// Users with what `openssl passwd` and `mkpasswd` made of their passwords.
  private static let users = [
    (
      name: "ada",
      hash: "$6$saltsalt$hRM5XZ86KXEw9UOmjigeVqFgULtFB2sgpC9lXQDfMib3Zgw7mEiUvBJI2EplzfAqxL5Vvwp2sc"
        + "Ftv/uamSo5z0"
    ),
    (name: "bob", hash: "$5$saltsalt$ql2syssps9YmqSeZ3pDiHBNO0eoOTSbJTqPg8BIAJj."),
    (name: "cyd", hash: "$2b$04$9aDwmvp7bZYvpek3Yo6QDevd.uMYLsTOI8Enps59dqBEaFnZw5uVa"),
    (name: "dot", hash: "$y$j9T$saltsalt$KYtuiS0RcXWAODeU8N9qFxYx2W3zarvsKO28hAR5V.B"),
  ]

  @Test(arguments: [
    ("ada", "correct horse"), ("bob", "grün:x"), ("cyd", "yes"), ("dot", "yes"),
  ])
  func `the right password of each method is right`(user: String, password: String) throws {
    let book = try PasswordBook(PasswordBookTests.users)
    #expect(book.verify(user: Array(user.utf8), password: Array(password.utf8)))
  }

  @Test(arguments: [
    ("ada", "correct hors"), ("ada", "correct horse "), ("ada", ""), ("ada", "Correct horse"),
    ("bob", "correct horse"), ("ADA", "correct horse"), ("ada ", "correct horse"),
    ("", "correct horse"), ("eve", "correct horse"), ("ada", String(repeating: "x", count: 600)),
  ])
  func `anything else is wrong`(user: String, password: String) throws {
    let book = try PasswordBook(PasswordBookTests.users)
    #expect(!book.verify(user: Array(user.utf8), password: Array(password.utf8)))
  }

  @Test(arguments: ["\0", "\0x", "\n", "\u{7F}"].map { Array($0.utf8) })
  func `what C would cut off or a terminal swallow is part of the password`(end: [UInt8]) throws {
    let book = try PasswordBook(PasswordBookTests.users)
    for (user, password) in [("ada", "correct horse"), ("cyd", "yes"), ("dot", "yes")] {
      #expect(!book.verify(user: Array(user.utf8), password: Array(password.utf8) + end))
    }
  }

  @Test(arguments: [
    "", "*", "!", "*0", "*1", "x", "plain text", "$9$what$is", "ab0123456789.",
    "$1$abcdefgh$rgm3GJHlq/RqBrBzqaVlU/",
  ])
  func `a hash that is none or too weak is refused and not repeated`(hash: String) throws {
    let fault = #expect(throws: PasswordFault.self) {
      try PasswordBook(PasswordBookTests.users + [(name: "eve", hash: hash)])
    }
    let text = try #require(fault).description
    #expect(text.contains("\"eve\""))
    #expect(hash.count < 3 || !text.contains(hash), "\(text)")
  }

  @Test func `a book without users is refused`() {
    #expect(throws: PasswordFault.self) { try PasswordBook([]) }
  }
}
