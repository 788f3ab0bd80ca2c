import Foundation
import Policy
import PolicyFile
import Safekeeping
import Testing

@Suite("A policy on disk") struct DiskTests {
  @Sendable static func secret(_ source: SecretSource) throws(SecretFault) -> Secret {
    try SecretReader().read(source)
  }

  /// Writes `files` to a new folder, gives it to `body`, and removes it.
  func withFolder(_ files: [String: [UInt8]], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("penstock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in files {
      let file = folder.appendingPathComponent(name)
      try Data(bytes).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
    try body(folder.path)
  }

  func fault(_ path: String) -> String {
    switch PolicyReader.read(path: path, secret: Self.secret) {
    case .success: ""
    case .failure(let faults): faults.description
    }
  }

  @Test("is read with the secrets' files it names")
  func secrets() throws {
    try withFolder(["key": Array("sk_1\n".utf8)]) { folder in
      let policy = """
        apis:
          a:
            origin: https://a.example
            credential: { header: X-Key }
            keys: { k: { secret: "file:\(folder)/key" } }
        """
      try Data(policy.utf8).write(to: URL(fileURLWithPath: "\(folder)/p.yaml"))
      let book = try PolicyReader.read(path: "\(folder)/p.yaml", secret: Self.secret).get()
      let key = try #require(book.apis.first?.keys.first)
      #expect(key.secret.matches(Array("sk_1".utf8)))
      #expect(key.source == .file("\(folder)/key"))
    }
  }

  @Test("tells why a secret's file cannot be read")
  func secretFaults() throws {
    try withFolder(["long": [UInt8](repeating: 0x6B, count: 9000)]) { folder in
      let policy = """
        apis:
          a:
            origin: https://a.example
            credential: { header: X-Key }
            keys:
              none: { secret: "file:/nonexistent" }
              long: { secret: "file:\(folder)/long" }
        """
      try Data(policy.utf8).write(to: URL(fileURLWithPath: "\(folder)/p.yaml"))
      let lines = fault("\(folder)/p.yaml").split(separator: "\n")
      #expect(lines.count == 2)
      #expect(
        lines.first?.hasSuffix(
          ":6:23: cannot read the secret's file \"/nonexistent\": there is no such file") == true)
      #expect(
        lines.last?.contains(":7:23: cannot read the secret's file \"\(folder)/long".prefix(60))
          == true)
      #expect(lines.last?.hasSuffix(": it is larger than 8194 bytes") == true)
    }
  }

  @Test(
    "is read with the users it names, whose file is not everybody's",
    arguments: [
      (0o640, ""), (0o600, ""), (0o644, "0644"), (0o602, "0602"), (0o601, "0601"),
    ])
  func users(mode: Int, refused: String) throws {
    let hash = "$6$salt$" + String(repeating: "x", count: 86)
    try withFolder(["users": Array("ada:\(hash)\n".utf8)]) { folder in
      let policy = """
        listen: { proxy: { address: 127.0.0.1:1, users: required } }
        users: \(folder)/users
        apis: { a: { origin: https://a.example } }
        """
      try Data(policy.utf8).write(to: URL(fileURLWithPath: "\(folder)/p.yaml"))
      try FileManager.default.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: "\(folder)/users")
      let found = fault("\(folder)/p.yaml")
      guard !refused.isEmpty else {
        let book = try PolicyReader.read(path: "\(folder)/p.yaml", secret: Self.secret).get()
        #expect(book.users.map(\.name) == ["ada"])
        return
      }
      #expect(found.hasPrefix("\(folder)/p.yaml:2:8: cannot read the users' file "))
      #expect(found.hasSuffix(": others may use it (mode \(refused)), allowed: mode 0640 or less"))
    }
  }

  @Test("is read with the provider it describes itself")
  func provider() throws {
    let files = [
      "acme.yaml": "limits: [ { name: x, per: api, kind: learned, allow: 5/s } ]",
      "bad.yaml": "limits: [ { name: x } ]\n",
      "big.yaml": String(repeating: "#", count: (256 << 10) + 1),
    ]
    try withFolder(files.mapValues { Array($0.utf8) }) { folder in
      func policy(_ provider: String) throws -> String {
        let text =
          "apis: { a: { origin: https://a.example, provider: \"file:\(folder)/\(provider)\" } }"
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/p.yaml"))
        return "\(folder)/p.yaml"
      }
      let book = try PolicyReader.read(path: policy("acme.yaml"), secret: Self.secret).get()
      #expect(book.apis.first?.limits.map(\.kind.word) == ["learned"])
      #expect(try fault(policy("bad.yaml")).hasPrefix("\(folder)/bad.yaml:1:11: this limit has no"))
      #expect(try fault(policy("big.yaml")).hasSuffix("it is larger than 262144 bytes"))
    }
  }

  @Test("is read with the time zones of the machine, and says so when there are none")
  func zones() throws {
    func policy(_ zone: String) -> String {
      """
      apis:
        a:
          origin: https://a.example
          limits: [ { name: x, per: api, kind: calendar, allow: 5/day, zone: \(zone) } ]
      """
    }
    try withFolder([:]) { folder in
      func found(_ zone: String) throws -> String {
        try Data(policy(zone).utf8).write(to: URL(fileURLWithPath: "\(folder)/p.yaml"))
        return fault("\(folder)/p.yaml")
      }
      guard FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Paris") else {
        let none = try found("Europe/Paris")
        #expect(none.contains("install tzdata"))
        return
      }
      for (zone, expected) in [
        ("Europe/Paris", ""), ("America/Argentina/Ushuaia", ""), ("Etc/GMT+5", ""),
        ("Europe/Parsi", "did you mean \"Europe/Paris\"?"),
        ("Europe", "there is no time zone \"Europe\""),
        ("posix", "there is no time zone \"posix\""),
      ] {
        let fault = try found(zone)
        #expect(expected.isEmpty ? fault.isEmpty : fault.contains(expected), "\(zone): \(fault)")
      }
    }
  }

  @Test("tells why it cannot be read itself")
  func faults() throws {
    try withFolder([
      "latin.yaml": [0x61, 0xE9], "big.yaml": [UInt8](repeating: 0x23, count: 1 << 21),
    ]) {
      folder in
      #expect(
        fault("\(folder)/none.yaml")
          == "\(folder)/none.yaml:1:1: cannot read the file: there is no such file")
      #expect(
        fault("\(folder)/latin.yaml")
          == "\(folder)/latin.yaml:1:1: the file is not UTF-8, allowed: UTF-8")
      #expect(
        fault("\(folder)/big.yaml")
          == "\(folder)/big.yaml:1:1: cannot read the file: it is larger than 1048576 bytes")
      #expect(fault(folder) == "\(folder):1:1: cannot read the file: it is not a readable file")
    }
  }
}
