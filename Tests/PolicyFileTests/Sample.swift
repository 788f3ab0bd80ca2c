import Policy
import PolicyFile
import Safekeeping

/// Reads a policy with an injected environment, injected files and injected time zones.
enum Sample {
  static let environment = [
    "A": "sk_env_a", "B": "sk_env_b\n", "EMPTY": "", "LINES": "sk_1\nsk_2", "SPACED": " sk_3",
    "lower": "sk_lower", "LONG": String(repeating: "k", count: 8193),
    "TOKEN": "0123456789abcdef", "SHORT": "0123456789abcde",
  ]
  static let files: [String: [UInt8]] = [
    "/run/a": Array("sk_file_a\r\n".utf8), "api_key-1.txt": Array("sk_credential\n".utf8),
    "/run/empty": [0x0A], "/run/binary": [0xFF, 0x00],
  ]

  static let hash = "$6$abcdefgh$" + String(repeating: "x", count: 86)
  /// Files of users.
  static let users = [
    "/run/users": "# people\n\nada:\(hash)\r\nbob:\(hash)", "/run/plain": "ada:secret\n",
    "/run/nobody": "# nobody\n",
  ]

  /// The zones there are, by their rules after the last transition.
  static let zones = [
    "Africa/Lagos": "WAT-1", "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "Europe/Paris": "CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Broken": "?",
  ]

  struct Missing: Error {}

  /// The least TZif file of version 2 (RFC 8536): no transition, one type, and a footer.
  static func zoneFile(_ footer: String) -> [UInt8] {
    var header = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
    for count: UInt8 in [0, 0, 0, 0, 1, 4] { header += [0, 0, 0, count] }
    let types: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
    return header + types + header + types + Array("\n\(footer)\n".utf8)
  }

  /// What a policy finds besides its own text; `providers` are files by their path.
  static func sources(_ providers: [String: String] = [:]) -> PolicySources {
    func content(_ file: [UInt8]?) throws -> [UInt8] {
      guard let file else { throw Missing() }
      return file
    }
    return PolicySources(
      secret: secrets(environment, files),
      usersFile: { try content(users[$0].map { Array($0.utf8) }) },
      providerFile: { try content(providers[$0].map { Array($0.utf8) }) },
      zoneFile: { try content(zones[$0].map(zoneFile)) }, zoneNames: { zones.keys.sorted() })
  }

  /// Secrets out of injected variables and files.
  static func secrets(
    _ environment: [String: String], _ files: [String: [UInt8]] = [:]
  ) -> SecretSource.Reading {
    @Sendable func keep(_ bytes: [UInt8]?, _ noun: String, _ missing: String) throws(SecretFault)
      -> Secret
    {
      guard let bytes else { throw .unreadable(missing) }
      return try Vault().keep(upTo: bytes.count, noun: noun) { room in
        room.copyBytes(from: bytes)
        return bytes.count
      }
    }
    return { source throws(SecretFault) in
      switch source {
      case .environment(let name):
        try keep(environment[name].map { Array($0.utf8) }, "the variable's value", "it is not set")
      case .file(let path), .credential(let path):
        try keep(files[path], "the file's content", "there is no such file")
      }
    }
  }

  static func read(_ text: String) -> Result<Rulebook, PolicyFaults> {
    PolicyReader.read(text: text, file: "p.yaml", sources: sources())
  }

  /// The faults of a policy, without the file's name.
  static func faults(_ text: String) -> [String] {
    switch read(text) {
    case .success: []
    case .failure(let faults):
      faults.diagnostics.map { "\($0.line):\($0.column): \($0.message)" }
    }
  }

  /// A policy with one API; `lines` begin in line 4, column 5.
  static func api(_ lines: String) -> String {
    let indented = lines.split(separator: "\n", omittingEmptySubsequences: false)
      .map { "    " + $0 }.joined(separator: "\n")
    return "apis:\n  a:\n    origin: https://a.example\n\(indented)\n"
  }

  /// A policy with one API of one limit; `words` begin in line 4, column 16.
  static func limit(_ words: String) -> String { api("limits: [ { \(words) } ]") }
}
