import COpenSSL
import Events
import Foundation
import Interception
import Testing

@Suite struct GivenCertificateTests {
  /// A server's certificate and an authority for clients, made by another tool.
  static func folder() throws -> Folder {
    let folder = try Folder()
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for name in ["server", "clients", "strangers"] {
      try folder.openssl(
        ["req", "-x509"] + curve + [
          "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out",
          "\(name).pem", "-addext", "subjectAltName=DNS:api.example",
        ])
    }
    return folder
  }

  /// A certificate for a client, from `issuer`.
  static func client(
    _ folder: Folder, subject: String, extensions: String = "", issuer: String = "clients"
  ) throws -> (certificate: String, key: String) {
    try extensions.write(toFile: folder.path + "/ext", atomically: true, encoding: .utf8)
    try folder.openssl(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8",
      "-subj", subject, "-keyout", "c.key", "-out", "c.csr")
    let made = try folder.openssl(
      "x509", "-req", "-in", "c.csr", "-CA", "\(issuer).pem", "-CAkey", "\(issuer).key", "-days",
      "5", "-extfile", "ext", "-out", "c.pem")
    try #require(made.status == 0, "\(made.text)")
    return (folder.path + "/c.pem", folder.path + "/c.key")
  }

  static func server(_ folder: Folder, clients: Bool) throws(AuthorityFault) -> TLSServer {
    try TLSServer(
      certificate: folder.path + "/server.pem", key: folder.path + "/server.key",
      clients: clients ? folder.path + "/clients.pem" : nil)
  }

  static func meet(
    _ folder: Folder, clients: Bool, identity: (certificate: String, key: String)?,
    version: Int32? = nil
  ) throws -> [String] {
    try LoopBench.run { bench in
      let server = try server(folder, clients: clients)
      var setup = TestClient.Setup(trust: folder.path + "/server.pem", version: version)
      setup.identity = identity
      var names: [String] = []
      var session: OpaquePointer?
      // The second time the client comes with its ticket: it has the same name.
      for _ in 0..<2 {
        let client = try TestClient(setup, resuming: session)
        let meeting = try await Meeting(server, client, host: nil, on: bench.loop)
        if let failure = meeting.failure { return ["\(failure.kind)"] }
        names.append("\(meeting.stream.clientName ?? "-") \(client.isResumed)")
        _ = client.end()
        SSL_SESSION_free(session)
        session = client.session
      }
      SSL_SESSION_free(session)
      return names
    }
  }

  @Test func `a given certificate is shown, whatever name is asked for`() throws {
    let folder = try GivenCertificateTests.folder()
    #expect(
      try GivenCertificateTests.meet(folder, clients: false, identity: nil)
        == ["- false", "- true"])
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `a client without a certificate, or with a stranger's, is refused`(version: Int32) throws {
    let folder = try GivenCertificateTests.folder()
    #expect(
      try GivenCertificateTests.meet(folder, clients: true, identity: nil, version: version)
        == ["badClientCertificate"])
    let stranger = try GivenCertificateTests.client(
      folder, subject: "/CN=caller", issuer: "strangers")
    #expect(
      try GivenCertificateTests.meet(folder, clients: true, identity: stranger, version: version)
        == ["badClientCertificate"])
  }

  @Test(arguments: [
    ("/O=x/CN=caller", "", "caller"),
    ("/O=x", "subjectAltName=DNS:caller.example", "caller.example"),
    ("/O=x", "subjectAltName=email:a@b.c,URI:spiffe://a/b", "spiffe://a/b"),
    ("/CN=first/CN=second", "", "first"), ("/O=x", "", "-"),
    ("/CN=zwölf", "subjectAltName=DNS:caller.example", "caller.example"),
  ])
  func `a client is known by its certificate`(
    subject: String, extensions: String, expected: String
  ) throws {
    let folder = try GivenCertificateTests.folder()
    let identity = try GivenCertificateTests.client(
      folder, subject: subject, extensions: extensions)
    #expect(
      try GivenCertificateTests.meet(folder, clients: true, identity: identity)
        == ["\(expected) false", "\(expected) true"])
  }

  @Test(
    arguments: [
      ("server.key", 0o644, "server.key: has mode 0644"), ("server.key", 0o640, "ok"),
      ("server.key", nil, "server.key: cannot be read"), ("server.pem", nil, "server.pem: cannot"),
      ("clients.pem", nil, "clients.pem: cannot be read"),
    ] as [(String, Int?, String)])
  func `files that cannot be used are named`(file: String, mode: Int?, expected: String) throws {
    let folder = try GivenCertificateTests.folder()
    let path = folder.path + "/" + file
    if let mode {
      try FileManager.default.setAttributes(
        [.posixPermissions: NSNumber(value: mode)], ofItemAtPath: path)
    } else {
      try FileManager.default.removeItem(atPath: path)
    }
    var outcome = "ok"
    do {
      _ = try GivenCertificateTests.server(folder, clients: true)
    } catch {
      outcome = error.description.replacingOccurrences(of: folder.path + "/", with: "")
    }
    #expect(outcome.hasPrefix(expected))
  }

  @Test func `a key of another certificate is named`() throws {
    let folder = try GivenCertificateTests.folder()
    let fault = #expect(throws: AuthorityFault.self) {
      _ = try TLSServer(
        certificate: folder.path + "/server.pem", key: folder.path + "/clients.key", clients: nil)
    }
    #expect(fault?.file.hasSuffix("clients.key") == true)
  }
}
