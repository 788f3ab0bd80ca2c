import Policy
import PolicyFile
import Safekeeping

/// Secrets that must never be repeated in a message, and what else a policy finds outside its text.
enum Canary {
  /// What every secret begins with.
  static let text = "cnry9f3e71"

  /// Variables with good secrets and with bad ones.
  private static let environment = [
    "A": "\(text)a", "B": "\(text)b\n", "LINES": "\(text)\n\(text)", "SPACED": " \(text) ",
    "LONG": text + String(repeating: "k", count: 8192), "EMPTY": "",
  ]
  /// Files and credentials with good secrets and with bad ones.
  private static let files: [String: [UInt8]] = [
    "/run/a": Array("\(text)f\r\n".utf8), "/run/b": [0xFF, 0x00] + Array(text.utf8),
    "token": Array("\(text)t\n".utf8),
  ]

  /// The sources of a policy; `file` is the one file a provider or the users can be read from.
  static func sources(file: [UInt8] = []) -> PolicySources {
    let own: (String) throws -> [UInt8] = { path in
      path == "/own.yaml" ? file : try PolicySources.nothing(path)
    }
    return PolicySources(
      secret: secret, usersFile: own, providerFile: own,
      zoneFile: { name in
        name == "Europe/Paris"
          ? zone("CET-1CEST,M3.5.0,M10.5.0/3") : try PolicySources.nothing(name)
      }, zoneNames: { ["Europe/Paris"] })
  }

  /// Reads a secret as the process does: into memory of its own.
  @Sendable private static func secret(_ source: SecretSource) throws(SecretFault) -> Secret {
    let bytes: [UInt8]?
    switch source {
    case .environment(let name): bytes = environment[name].map { Array($0.utf8) }
    case .file(let path), .credential(let path): bytes = files[path]
    }
    guard let bytes else { throw .unreadable("there is no such secret") }
    return try Vault().keep(upTo: bytes.count, noun: "the file's content") { room in
      room.copyBytes(from: bytes)
      return bytes.count
    }
  }

  /// The least TZif file of version 2 (RFC 8536): no transition, one type, and a footer.
  private static func zone(_ footer: String) -> [UInt8] {
    var header = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
    for count: UInt8 in [0, 0, 0, 0, 1, 4] { header += [0, 0, 0, count] }
    let types: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
    return header + types + header + types + Array("\n\(footer)\n".utf8)
  }
}
