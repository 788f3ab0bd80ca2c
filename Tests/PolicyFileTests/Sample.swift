import Policy
import PolicyFile

/// Reads a policy with an injected environment and injected files.
enum Sample {
  static let environment = [
    "A": "sk_env_a", "B": "sk_env_b\n", "EMPTY": "", "LINES": "sk_1\nsk_2", "SPACED": " sk_3",
    "lower": "sk_lower", "LONG": String(repeating: "k", count: 8193),
  ]
  static let files: [String: [UInt8]] = [
    "/run/a": Array("sk_file_a\r\n".utf8), "/run/empty": [0x0A], "/run/binary": [0xFF, 0x00],
  ]

  struct Missing: Error {}

  static func read(_ text: String) -> Result<Rulebook, PolicyFaults> {
    PolicyReader.read(text: text, file: "p.yaml", environment: environment) { path in
      guard let bytes = files[path] else { throw Missing() }
      return bytes
    }
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
