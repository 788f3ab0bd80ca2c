import Policy
import Testing

@Suite struct SecretTests {
  static let canary = "sk_canary_7f3a"
  static let secret = Secret(Array(canary.utf8))

  struct Holder: Error { let key = ApiKey(name: "k", secret: secret, source: .environment("K")) }

  @Test func `Whatever prints a secret prints a blank`() {
    var shown = ["\(Self.secret)", Self.secret.description, Self.secret.debugDescription]
    shown.append(String(reflecting: Self.secret))
    shown.append("\(Holder()) \(String(reflecting: Holder()))")
    shown.append("\(Optional(Self.secret) as Any) \([Self.secret]) \(["k": Self.secret])")
    var dumped = ""
    dump(Self.secret, to: &dumped)
    dump(Holder(), to: &dumped)
    dump([Self.secret], to: &dumped)
    shown.append(dumped)
    // The bytes in decimal, as an array of them would be printed.
    let decimal = Self.canary.utf8.map(String.init).joined(separator: ", ")
    for text in shown {
      #expect(text.contains("«secret»"))
      #expect(!text.contains(Self.canary) && !text.contains(decimal), "\(text)")
    }
    #expect(Mirror(reflecting: Self.secret).children.isEmpty)
    #expect(Mirror(reflecting: Self.secret).descendant("place") == nil)
  }

  @Test(
    "It matches its own bytes alone",
    arguments: [
      (canary, true), ("", false), ("sk_canary_7f3", false), ("sk_canary_7f3b", false),
      ("tk_canary_7f3a", false), ("sk_canary_7f3a\0", false),
    ])
  func matches(text: String, expected: Bool) {
    #expect(Self.secret.matches(Array(text.utf8)) == expected)
    #expect(Secret([]).matches(Array(text.utf8)) == text.isEmpty)
  }
}
