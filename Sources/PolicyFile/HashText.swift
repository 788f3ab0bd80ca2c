/// Hashes of passwords in the words of crypt(5), of the methods that are strong enough.
enum HashText {
  /// The most rounds of SHA-2, and the highest cost of bcrypt: more takes seconds for each guess.
  static let mostRounds = 1_000_000
  static let highestCost = 14
  static let advice = "allowed: one that openssl passwd -6 or mkpasswd -m yescrypt makes"

  /// A method, and how many characters stand behind its last `$`.
  private static let methods: [(sign: String, length: Int)] = [
    ("$y$", 43), ("$gy$", 43), ("$7$", 43), ("$2b$", 53), ("$2y$", 53), ("$6$", 86), ("$5$", 43),
  ]

  /// What is wrong with the hash, which is never repeated; nil where it may be used.
  static func fault(_ hash: Substring) -> String? {
    guard let method = methods.first(where: { hash.hasPrefix($0.sign) }) else {
      let weak = hash.hasPrefix("$1$") ? "is of MD5, which is too weak" : nil
      return (weak ?? "is no hash of a strong method") + ", " + advice
    }
    let parts = hash.dropFirst(method.sign.utf8.count).split(
      separator: "$", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), hash.utf8.count <= 384,
      let last = parts.last, last.utf8.count == method.length, last.utf8.allSatisfy(isDigit),
      parts.dropLast().allSatisfy({ $0.utf8.allSatisfy(isSalt) }),
      hasCost(method.sign, parts)
    else { return "is cut off or has other characters, \(advice)" }
    return isTooSlow(method.sign, parts)
      ? "takes seconds to check, allowed: at most rounds=\(mostRounds), or cost \(highestCost)"
      : nil
  }

  /// Whether the number of rounds stands where the method has one, and only there.
  private static func hasCost(_ sign: String, _ parts: [Substring]) -> Bool {
    let first = parts[0].utf8
    if sign.hasPrefix("$2") {
      return parts.count == 2 && first.count == 2 && first.allSatisfy { 0x30...0x39 ~= $0 }
    }
    if sign == "$y$" || sign == "$gy$" { return parts.count == 3 }
    return parts.count == 2 || (sign != "$7$" && parts[0].hasPrefix("rounds="))
  }

  private static func isTooSlow(_ sign: String, _ parts: [Substring]) -> Bool {
    if sign.hasPrefix("$2") { return Int(parts[0]) ?? .max > highestCost }
    guard parts[0].hasPrefix("rounds=") else { return false }
    return Int(parts[0].dropFirst(7)) ?? .max > mostRounds
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x2E...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  private static func isSalt(_ byte: UInt8) -> Bool {
    0x21...0x7E ~= byte && !":;*!\\".utf8.contains(byte)
  }
}
