import COpenSSL
import Events
import Interception
import Testing
import Timekeeping

@Suite struct ResumptionTests {
  /// Meets the server twice, the second time with the first one's session.
  static func resumes(
    version: Int32, first: String, second: String, otherName: Bool = true
  ) throws -> [Bool] {
    let folder = try Folder()
    return try LoopBench.run { bench in
      let server = TLSServer(authority: try folder.authority(), bound: 10)
      let client = try TestClient(.init(serverName: first, version: version))
      let meeting = try await Meeting(server, client, host: first, on: bench.loop)
      // A session that ended badly is not resumed.
      _ = client.end()
      let session = client.session
      defer { SSL_SESSION_free(session) }
      let setup = TestClient.Setup(serverName: otherName ? second : first, version: version)
      let again = try TestClient(setup, resuming: session)
      let other = try await Meeting(server, again, host: second, on: bench.loop)
      return [meeting.failure == nil, other.failure == nil, again.isConnected, again.isResumed]
    }
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `a ticket counts for the host it was given for`(version: Int32) throws {
    #expect(
      try ResumptionTests.resumes(version: version, first: "a.example", second: "a.example")
        == [true, true, true, true])
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `a ticket does not count for another host`(version: Int32) throws {
    #expect(
      try ResumptionTests.resumes(version: version, first: "a.example", second: "b.example")
        == [true, true, true, false])
  }

  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `a ticket does not hide that another name is asked for`(version: Int32) throws {
    let outcome = try ResumptionTests.resumes(
      version: version, first: "a.example", second: "b.example", otherName: false)
    #expect(outcome == [true, false, false, false])
  }
}
