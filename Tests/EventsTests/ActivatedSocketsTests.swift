import Events
import Testing

@Suite struct ActivatedSocketsTests {
  private struct Row: Sendable, CustomTestStringConvertible {
    var process: String?
    var count: String?
    var names: String?
    var testDescription: String { "\(process ?? "-") \(count ?? "-") \(names ?? "-")" }
  }

  private static func announcement(
    _ row: Row
  ) throws(ActivationFault) -> ActivatedSockets.Announcement {
    try ActivatedSockets.announcement(
      process: row.process, count: row.count, names: row.names, own: 42)
  }

  @Test(arguments: [
    (Row(process: "42", count: "2", names: "proxy:admin"), ["proxy", "admin"]),
    (Row(process: "42", count: "2", names: "proxy:proxy"), ["proxy", "proxy"]),
    (Row(process: "42", count: "3", names: "a::b"), ["a", "", "b"]),
    (Row(process: "42", count: "1", names: ""), [""]),
    (Row(process: "42", count: "2"), ["unknown", "unknown"]),
    (Row(process: "42", count: "0"), []),
    (Row(process: "42", count: "0", names: ""), []),
    (Row(count: "2", names: "proxy:admin"), []),
    (Row(), []),
  ])
  private func `the variables name the sockets in order`(row: Row, names: [String]) throws {
    let said = try Self.announcement(row)
    #expect(said.names == names)
    #expect(!said.isForAnother)
  }

  @Test func `what is for another process is not taken`() throws {
    let said = try Self.announcement(Row(process: "41", count: "nonsense"))
    #expect(said.names.isEmpty)
    #expect(said.isForAnother)
  }

  @Test(arguments: [
    (Row(process: "x", count: "1"), "LISTEN_PID"), (Row(process: "", count: "1"), "LISTEN_PID"),
    (Row(process: "0", count: "1"), "LISTEN_PID"), (Row(process: "-1", count: "1"), "LISTEN_PID"),
    (Row(process: "99999999999999999999", count: "1"), "LISTEN_PID"),
    (Row(process: "42"), "LISTEN_FDS"), (Row(process: "42", count: ""), "LISTEN_FDS"),
    (Row(process: "42", count: "-1"), "LISTEN_FDS"),
    (Row(process: "42", count: "257"), "LISTEN_FDS"),
    (Row(process: "42", count: "1 "), "LISTEN_FDS"),
    (Row(process: "42", count: "99999999999999999999"), "LISTEN_FDS"),
    (Row(process: "42", count: "2", names: "a"), "LISTEN_FDNAMES"),
    (Row(process: "42", count: "1", names: "a:b"), "LISTEN_FDNAMES"),
    (Row(process: "42", count: "0", names: "a"), "LISTEN_FDNAMES"),
  ])
  private func `variables that contradict each other are told`(row: Row, variable: String) throws {
    let fault = #expect(throws: ActivationFault.self) { try Self.announcement(row) }
    #expect(try #require(fault).description.contains(variable))
  }

  @Test func `a missing name is told`() {
    let fault = #expect(throws: ActivationFault.self) { try ActivatedSockets().named("proxy") }
    #expect(fault?.description.contains("\"proxy\"") == true)
  }
}
