import Testing

@testable import PolicyFile

@Suite("The file of users") struct UsersFaultTests {
  static let advice = "allowed: one that openssl passwd -6 or mkpasswd -m yescrypt makes"
  static func hash(_ sign: String, _ count: Int) -> String {
    "\(sign)\(String(repeating: "Q", count: count))"
  }

  static func policy(_ users: String) -> String {
    """
    listen: { proxy: { address: 127.0.0.1:1, users: required } }
    users: \(users)
    \(TopFaultTests.api)
    """
  }

  @Test(
    "is named by an absolute path of a file that can be read",
    arguments: [
      (
        "[]", "2:8: found a list, allowed for users: an absolute path such as /etc/penstock/users"
      ),
      (
        "ada:$6$QQQQ",
        "2:8: this is no absolute path, allowed for users: an absolute path such as "
          + "/etc/penstock/users"
      ),
      ("/run/none", "2:8: cannot read the users' file \"/run/none\""),
      ("/run/nobody", "1:1: the file names no user, allowed: lines such as ada:HASH"),
      ("/run/plain", "1:5: this user's hash is no hash of a strong method, \(advice)"),
    ] as [(String, String)])
  func file(users: String, expected: String) {
    #expect(Sample.faults(Self.policy(users)) == [expected])
  }

  @Test("is not asked for in vain")
  func unused() {
    #expect(
      Sample.faults("users: /run/users\n\(TopFaultTests.api)") == [
        "1:1: no listener asks for these users, allowed: users: required in a listener, such as "
          + "proxy: { address: 127.0.0.1:8080, users: required }"
      ])
  }

  @Test("names the users' file in its faults")
  func fileName() throws {
    guard case .failure(let faults) = Sample.read(Self.policy("/run/plain")) else {
      Issue.record("the policy was taken")
      return
    }
    #expect(faults.diagnostics.map(\.file) == ["/run/plain"])
  }

  @Test("is of names and hashes")
  func good() throws {
    let book = try Sample.read(Self.policy("/run/users")).get()
    #expect(book.users.map(\.name) == ["ada", "bob"])
    #expect(book.users.map(\.hash) == [Sample.hash, Sample.hash])
    #expect(book.usersFile == "/run/users")
  }

  @Test(
    "takes each strong method",
    arguments: [
      hash("$y$j9T$abcdefgh$", 43), hash("$gy$j9T$abcdefgh$", 43), hash("$7$CU..../....abc$", 43),
      hash("$2b$12$", 53), hash("$2y$14$", 53), hash("$6$salt$", 86), hash("$5$salt$", 43),
      hash("$6$rounds=1000000$salt$", 86), hash("$6$$", 86),
    ])
  func strong(hash: String) {
    let read = UsersText("ada:\(hash)", file: "u")
    #expect(read.faults.isEmpty)
    #expect(read.users.map(\.hash) == [hash])
  }

  @Test(
    "refuses what is weak, slow, cut off or none, and never repeats it",
    arguments: [
      (hash("$1$salt$", 22), "is of MD5, which is too weak, \(advice)"),
      ("QQQQQQQQQQQQQ", "is no hash of a strong method, \(advice)"),
      ("QQQQsecret", "is no hash of a strong method, \(advice)"),
      ("", "is no hash of a strong method, \(advice)"),
      ("!", "is no hash of a strong method, \(advice)"),
      (hash("$2a$12$", 53), "is no hash of a strong method, \(advice)"),
      (hash("$6$salt$", 85), "is cut off or has other characters, \(advice)"),
      (hash("$6$salt$", 86) + " ", "is cut off or has other characters, \(advice)"),
      (hash("$6$salt$", 86) + ":x", "is cut off or has other characters, \(advice)"),
      (hash("$6$sa lt$", 86), "is cut off or has other characters, \(advice)"),
      (hash("$6$a$b$c$", 86), "is cut off or has other characters, \(advice)"),
      (hash("$6$", 86), "is cut off or has other characters, \(advice)"),
      (
        hash("$6$rounds=1000001$salt$", 86),
        "takes seconds to check, allowed: at most rounds=1000000, or cost 14"
      ),
      (
        hash("$5$rounds=99999999999999999999$salt$", 43),
        "takes seconds to check, allowed: at most rounds=1000000, or cost 14"
      ),
      (
        hash("$2b$31$", 53), "takes seconds to check, allowed: at most rounds=1000000, or cost 14"
      ),
      (hash("$2b$x$", 53), "is cut off or has other characters, \(advice)"),
    ] as [(String, String)])
  func weak(hash: String, expected: String) {
    let found = UsersText("# x\nada:\(hash)\n", file: "u").faults.diagnostics
    #expect(found.map(\.description) == ["u:2:5: this user's hash \(expected)"])
    #expect(!found.contains { $0.message.contains("QQQQ") })
  }

  @Test("tells the line of every fault")
  func lines() {
    let text = """
      ada:\(Sample.hash)

      # bob:x
      bob
      b b:\(Sample.hash)
      :\(Sample.hash)
      ada:\(Sample.hash)
      \(String(repeating: "c", count: 65)):\(Sample.hash)
      \(Sample.hash)
      """
    let name =
      "this is no user's name, allowed before the colon: 1 to 64 letters, digits and "
      + "!#$%&'*+-.^_`|~"
    let colon = "this line has no :, allowed: name:hash, empty lines, and comments behind #"
    #expect(
      UsersText(text, file: "u").faults.diagnostics.map(\.description) == [
        "u:4:1: \(colon)", "u:5:1: \(name)", "u:6:1: \(name)",
        "u:7:1: this name stands in line 1 already, allowed: once", "u:8:1: \(name)",
        "u:9:1: \(colon)",
      ])
  }

  @Test(
    "repeats no hash that stands where a name should",
    arguments: [
      "$1$QQQQ$QQQQQQQQQQQQQQQQQQQQQQ:ada", "QQQQQQQQQQQQQ:ada", "QQQQQQQQQQQQQ:\(Sample.hash)",
    ])
  func swapped(line: String) {
    let found = UsersText("\(line)\n\(line)", file: "u").faults.diagnostics
    #expect(!found.isEmpty)
    #expect(!found.contains { $0.message.contains("QQQQ") })
  }

  @Test("names at most 10,000 users")
  func most() {
    let lines = (0..<10_001).map { "u\($0):\(Sample.hash)\n" }.joined()
    #expect(
      UsersText(lines, file: "u").faults.diagnostics.map(\.description) == [
        "u:10001:1: this is one user too many, allowed: 10000"
      ])
    #expect(UsersText(String(lines.dropLast()), file: "u").users.count == 10_000)
  }

  @Test("is at most 1 MiB of UTF-8")
  func large() {
    for bytes in [[UInt8](repeating: 0x23, count: 1 << 20 + 1), [0xFF]] {
      var sources = Sample.sources()
      sources.usersFile = { _ in bytes }
      guard
        case .failure(let faults) = PolicyReader.read(
          text: Self.policy("/run/x"), file: "p", sources: sources)
      else {
        Issue.record("the policy was taken")
        continue
      }
      #expect(
        faults.description
          == "p:2:8: the users' file \"/run/x\" is not UTF-8 of at most 1048576 bytes")
    }
  }
}
