import Events
import Interception
import Testing
import Timekeeping

@Suite struct LeafTests {
  static let wall = Folder.now

  /// What preparing a host at a second of virtual time comes to; nil for success.
  static func prepare(
    _ server: TLSServer, _ host: String, at seconds: Double, wall: WallTime = wall
  ) -> TLSFailure.Kind? {
    let now = Instant(nanoseconds: Int64(seconds * 1e9))
    do throws(TLSFailure) {
      try server.prepare(host: host, at: now, wall: wall)
      return nil
    } catch {
      return error.kind
    }
  }

  @Test func `row 81: no more are made in a second than allowed, whatever names come`() throws {
    let folder = try Folder()
    let server = TLSServer(authority: try folder.authority(), bound: 100, perSecond: 10)
    var made: [Int] = []
    for second in 0..<4 {
      made.append(
        (0..<1000).count { index in
          LeafTests.prepare(
            server, "h\(second)-\(index).example", at: 100 + Double(second) + Double(index) / 1000)
            == nil
        })
    }
    // What a quiet second has saved, and then the rate.
    #expect(made == [19, 10, 10, 10])
    #expect(LeafTests.prepare(server, "x.example", at: 103.999) == .tooManyCertificates)
  }

  @Test func `row 81: those kept cost nothing, and the one unused for longest leaves`() throws {
    let folder = try Folder()
    let server = TLSServer(authority: try folder.authority(), bound: 3, perSecond: 1)
    for (index, host) in ["a", "b", "c"].enumerated() {
      #expect(LeafTests.prepare(server, host, at: Double(index)) == nil)
    }
    #expect(LeafTests.prepare(server, "A.", at: 2) == nil)
    #expect(LeafTests.prepare(server, "d", at: 3) == nil)
    for host in ["a", "c", "d"] {
      #expect(LeafTests.prepare(server, host, at: 3) == nil, "\(host)")
    }
    #expect(LeafTests.prepare(server, "b", at: 3) == .tooManyCertificates)
    // Finding them made "a" the one unused for longest.
    #expect(LeafTests.prepare(server, "b", at: 4) == nil)
    #expect(LeafTests.prepare(server, "a", at: 4) == .tooManyCertificates)
  }

  @Test func `a leaf is made new after half of its life, and kept when none can be made`() throws {
    let folder = try Folder()
    let server = TLSServer(authority: try folder.authority(days: 90), bound: 3, perSecond: 1)
    let later = { (days: Double) in LeafTests.wall + .seconds(Int64(days * 86_400)) }
    #expect(LeafTests.prepare(server, "a", at: 0) == nil)
    // Past half of its life a new one is made: the second is spent.
    #expect(LeafTests.prepare(server, "a", at: 1, wall: later(15.1)) == nil)
    #expect(LeafTests.prepare(server, "b", at: 1, wall: later(15.1)) == .tooManyCertificates)
    // The new one holds as long: nothing is made.
    #expect(LeafTests.prepare(server, "a", at: 2, wall: later(29)) == nil)
    #expect(LeafTests.prepare(server, "b", at: 2, wall: later(29)) == nil)
    // Past half of its life and no time to make one: the old one is good until it expires.
    #expect(LeafTests.prepare(server, "a", at: 2, wall: later(44)) == nil)
    #expect(LeafTests.prepare(server, "a", at: 2, wall: later(46)) == .tooManyCertificates)
  }

  @Test func `none is made for a host out of bounds, or by an authority that expired`() throws {
    let folder = try Folder()
    let authority = try folder.authority(
      for: ["api.example"], days: 10, at: LeafTests.wall)
    let server = TLSServer(authority: authority, bound: 3)
    for host in ["evil.example", "192.0.2.1", "", "a b", "api.example\u{0}.evil", "[::1"] {
      #expect(LeafTests.prepare(server, host, at: 0) == .notAllowed, "\(host)")
    }
    #expect(LeafTests.prepare(server, "api.example", at: 0) == nil)
    let end = LeafTests.wall + .seconds(10 * 86_400)
    #expect(LeafTests.prepare(server, "api.example", at: 9, wall: end) == .notAllowed)
  }

  @Test(
    arguments: [
      ("api.example", 30, 30), ("192.0.2.7", 30, 30), ("2001:db8::1", 30, 30),
      ("api.example", 5, 5), ("api.example", 365, 30),
      (String(repeating: "long.", count: 20) + "example", 30, 30),
    ] as [(String, Int, Int)])
  func `another implementation's words for a leaf`(host: String, days: Int, life: Int) throws {
    let folder = try Folder()
    try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(for: [host], days: days), bound: 3)
      let client = try TestClient(.init(serverName: nil))
      let meeting = try await Meeting(server, client, host: host, on: bench.loop)
      try #require(meeting.failure == nil)
      try meeting.save(to: folder.path + "/leaf.pem")
    }
    let name = host.hasSuffix("example") ? "-verify_hostname" : "-verify_ip"
    let check = try folder.openssl(
      "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem", name, host, "leaf.pem"
    )
    #expect(check.text == "leaf.pem: OK\n")
    let text = try folder.openssl("x509", "-in", "leaf.pem", "-noout", "-text").text
    for words in [
      "TLS Web Server Authentication", "Digital Signature", "CA:FALSE", "O = Penstock",
      "ecdsa-with-SHA256", "prime256v1", "X509v3 Authority Key Identifier",
    ] {
      #expect(text.contains(words), "\(words)")
    }
    for (seconds, isGood) in [(life * 86_400 - 60, true), (life * 86_400 + 60, false)] {
      let end = try folder.openssl("x509", "-in", "leaf.pem", "-checkend", "\(seconds)")
      #expect((end.status == 0) == isGood, "\(end.text)")
    }
    let other = try folder.openssl(
      "verify", "-CAfile", "ca.pem", "-verify_hostname", "other.example", "leaf.pem")
    #expect(other.status != 0)
  }
}
