import Foundation
import Interception
import Testing
import Timekeeping

@Suite struct AuthorityTests {
  /// What reading the folder's authority comes to: `ok`, or the fault without the folder's path.
  static func load(_ folder: Folder, at now: WallTime = Folder.now) -> String {
    do {
      _ = try CertificateAuthority.load(
        certificate: folder.certificate, key: folder.key, at: now)
      return "ok"
    } catch {
      return error.description.replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  static func mode(_ path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.posixPermissions] as? NSNumber)?.intValue
  }

  @Test func `the files have the modes their secrets need`() throws {
    let folder = try Folder()
    let authority = try folder.authority(for: ["api.example"])
    #expect(AuthorityTests.mode(folder.key) == 0o600)
    #expect(AuthorityTests.mode(folder.certificate) == 0o644)
    #expect(authority.hosts == ["api.example"])
    #expect(authority.subject.hasPrefix("O = Penstock, CN = Penstock local authority "))
    #expect(authority.fingerprint.split(separator: ":").count == 32)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    let shown = try folder.openssl("x509", "-in", "ca.pem", "-noout", "-fingerprint", "-sha256")
    #expect(shown.text.contains(authority.fingerprint))
  }

  @Test func `what is there is not replaced unless asked for, and a fault leaves nothing`() throws {
    let folder = try Folder()
    let first = try folder.authority().fingerprint
    let make = { (days: Int, replacing: Bool, key: String) throws(AuthorityFault) in
      try CertificateAuthority.create(
        hosts: nil, certificate: folder.certificate, key: key, days: days, replacing: replacing,
        at: Folder.now)
    }
    #expect(throws: AuthorityFault.self) { try make(30, false, folder.key) }
    #expect(throws: AuthorityFault.self) { try make(0, true, folder.key) }
    #expect(throws: AuthorityFault.self) { try make(36_501, true, folder.key) }
    #expect(throws: AuthorityFault.self) { try make(30, true, folder.path + "/none/ca.key") }
    #expect(throws: AuthorityFault.self) { try make(30, false, folder.path + "/new.key") }
    #expect(throws: AuthorityFault.self) { try make(30, true, folder.certificate) }
    let now = Folder.now
    let kept = try CertificateAuthority.load(
      certificate: folder.certificate, key: folder.key, at: now)
    #expect(kept.fingerprint == first)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["ca.key", "ca.pem"])
    try make(30, true, folder.key)
    #expect(AuthorityTests.load(folder) == "ok")
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o660, 0o601])
  func `row 81: a key that others may get at is refused`(mode: Int) throws {
    let folder = try Folder()
    _ = try folder.authority()
    try FileManager.default.setAttributes(
      [.posixPermissions: NSNumber(value: mode)], ofItemAtPath: folder.key)
    let fault = AuthorityTests.load(folder)
    #expect(fault.hasPrefix("ca.key: has mode 0\(String(mode, radix: 8)), others than its owner"))
    #expect(fault.contains("chmod 0600"))
  }

  @Test func `row 81: an authority that expired or is not valid yet is refused`() throws {
    let folder = try Folder()
    let now = Folder.now
    _ = try folder.authority(days: 10, at: now)
    for (days, expected) in [
      (-2, "is not valid before"), (0, "ok"), (9, "ok"), (10, "expired at"), (4000, "expired at"),
    ] {
      let fault = AuthorityTests.load(folder, at: now + .seconds(Int64(days) * 86_400))
      #expect(fault.contains(expected), "\(days): \(fault)")
    }
  }

  @Test func `row 81: a missing file is named`() throws {
    for missing in ["ca.pem", "ca.key"] {
      let folder = try Folder()
      _ = try folder.authority()
      try FileManager.default.removeItem(atPath: folder.path + "/" + missing)
      let fault = AuthorityTests.load(folder)
      #expect(fault == "\(missing): cannot be read: No such file or directory")
    }
  }

  @Test(
    arguments: [
      (
        "another's key", ["genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key"],
        "ca.key: is not the key of the certificate"
      ),
      (
        "an EdDSA pair",
        [
          "req -x509 -newkey ed25519 -nodes -subj /CN=x -keyout ca.key -out ca.pem"
        ], "ca.key: is another kind of key"
      ),
      (
        "a short RSA pair",
        [
          "req -x509 -newkey rsa:1024 -nodes -subj /CN=x -keyout ca.key -out ca.pem"
        ], "ca.key: is an RSA key of 1024 bits"
      ),
      (
        "an RSA pair",
        [
          "req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout ca.key -out ca.pem"
        ], "ok"
      ),
      (
        "no authority",
        [
          "req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout ca.key -out ca.pem "
            + "-addext basicConstraints=critical,CA:FALSE"
        ], "ca.pem: is no authority's certificate"
      ),
      (
        "one that may not sign",
        [
          "req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout ca.key -out ca.pem "
            + "-addext keyUsage=digitalSignature"
        ], "ca.pem: is no authority's certificate"
      ),
      (
        "an encrypted key", ["ec -in ca.key -aes128 -passout pass:x -out ca.key"],
        "ca.key: no private key in it that can be read"
      ),
      ("two keys", ["x509 -in ca.pem -pubkey -noout -out ca.pem"], "ca.pem: no certificate in it"),
    ] as [(String, [String], String)])
  func `files of other tools are taken or refused`(
    row: String, commands: [String], expected: String
  ) throws {
    let folder = try Folder()
    _ = try folder.authority()
    for command in commands {
      let arguments = command.split(separator: " ").map(String.init)
      let ran = try folder.openssl(arguments)
      try #require(ran.status == 0, "\(ran.text)")
    }
    try FileManager.default.setAttributes(
      [.posixPermissions: NSNumber(value: 0o600)], ofItemAtPath: folder.key)
    #expect(AuthorityTests.load(folder).hasPrefix(expected), "\(row)")
  }

  @Test(
    arguments: [
      (nil, "api.example", true), (nil, "192.0.2.7", true), (nil, "a b", false),
      (["api.example"], "api.example", true), (["api.example"], "API.Example.", true),
      (["api.example"], "v2.api.example", true), (["api.example"], "notapi.example", false),
      (["api.example"], "example", false), (["api.example"], "192.0.2.7", false),
      (["api.example"], "2001:db8::1", false), (["192.0.2.7"], "192.0.2.7", true),
      (["192.0.2.7"], "192.0.2.8", false), (["192.0.2.7"], "api.example", false),
      (["192.0.2.7"], "2001:db8::1", false), (["192.0.2.7", "api.example"], "api.example", true),
      (["2001:db8::1"], "2001:DB8:0:0::1", true), (["2001:db8::1"], "[2001:db8::1]", true),
      (["2001:db8::1"], "192.0.2.7", false),
    ] as [([String]?, String, Bool)])
  func `it vouches for the hosts it is limited to, and a verifier agrees`(
    hosts: [String]?, host: String, expected: Bool
  ) throws {
    let folder = try Folder()
    #expect(try folder.authority(for: hosts).mayVouch(for: host) == expected)
    guard !host.contains(" ") else { return }
    // A thief of the key is not bound by what this program would sign.
    var bare = host.lowercased()
    if bare.hasPrefix("[") { bare = String(bare.dropFirst().dropLast()) }
    if bare.hasSuffix(".") { bare = String(bare.dropLast()) }
    let isName = bare.hasSuffix("example")
    try "subjectAltName=\(isName ? "DNS" : "IP"):\(bare)\n"
      .write(toFile: folder.path + "/ext", atomically: true, encoding: .utf8)
    try folder.openssl(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
      "/O=thief", "-keyout", "l.key", "-out", "l.csr")
    try folder.openssl(
      "x509", "-req", "-in", "l.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "5",
      "-extfile", "ext", "-out", "l.pem")
    let check = try folder.openssl("verify", "-CAfile", "ca.pem", "l.pem")
    #expect((check.status == 0) == expected, "\(check.text)")
  }

  @Test func `hosts that are none are named, and none at all is refused`() throws {
    let folder = try Folder()
    for hosts in [["a b"], [], ["ok.example", "*.example"]] {
      let fault = #expect(throws: AuthorityFault.self) { _ = try folder.authority(for: hosts) }
      if let bad = hosts.last { #expect(fault?.description.contains("\"\(bad)\"") == true) }
    }
  }

  @Test func `its extensions are those of RFC 5280`() throws {
    let folder = try Folder()
    _ = try folder.authority(for: ["api.example", "192.0.2.7"])
    let text = try folder.openssl("x509", "-in", "ca.pem", "-noout", "-text").text
    for words in [
      "Basic Constraints: critical\n                CA:TRUE, pathlen:0",
      "Key Usage: critical\n                Certificate Sign, CRL Sign",
      "Name Constraints: critical", "DNS:api.example", "IP:192.0.2.7/255.255.255.255",
      "ecdsa-with-SHA256", "Subject Key Identifier",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
    let check = try folder.openssl("verify", "-x509_strict", "-CAfile", "ca.pem", "ca.pem")
    #expect(check.text == "ca.pem: OK\n")
  }
}
