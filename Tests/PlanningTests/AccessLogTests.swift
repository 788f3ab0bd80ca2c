import Policy
import Testing
import Timekeeping

@testable import Planning

/// Lines of access logs: what is understood, and what is counted and left out.
@Suite struct AccessLogTests {
  @Test(arguments: [
    (
      #"10.0.0.7 - - [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.0" 200 2326"#,
      "2000-10-10T20:55:36.000Z", "GET", "/a?b=1", "10.0.0.7"
    ),
    (
      #"::1 - frank [29/Feb/2024:00:00:00 +0530] "POST http://api.test/x HTTP/1.1" 201 0 "-" "u""#,
      "2024-02-28T18:30:00.000Z", "POST", "http://api.test/x", "frank"
    ),
    (
      #"{"time":"2026-03-02T01:02:03.5Z","method":"PUT","path":"/p","caller":"svc"}"#,
      "2026-03-02T01:02:03.500Z", "PUT", "/p", "svc"
    ),
  ])
  func `Good lines`(line: String, time: String, method: String, target: String, caller: String)
    throws
  {
    let read = try LoggedRequest(line: Array(line.utf8))
    #expect(ISODate.text(of: read.time) == time)
    #expect(read.method == method && read.target == target && read.caller == caller)
  }

  @Test(arguments: [
    ("hello", "no time"), ("1 - - [10/Oct/2000:13:55:36] \"GET / HTTP/1.1\" 1 1", "no time"),
    ("1 - - [31/Feb/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 1 1", "no time"),
    ("1 - - [10/Oct/2000:25:55:36 +0000] \"GET / HTTP/1.1\" 1 1", "no time"),
    ("1 - - [10/Oct/2000:13:55:36 +0000] GET / HTTP/1.1", "no request"),
    ("1 - - [10/Oct/2000:13:55:36 +0000] \"\\x16\\x03\\x01\" 400 0", "no request"),
    ("1 - - [10/Oct/2000:13:55:36 +0000] \"get / HTTP/1.1\" 200 0", "no method"),
    ("1 - - [10/Oct/2000:13:55:36 +0000] \"GET x HTTP/1.1\" 200 0", "no path"),
    ("{\"method\":\"GET\",\"path\":\"/\"}", "no time"),
    ("{\"time\":\"2026-03-02T01:02:03Z\",\"path\":\"/\"}", "no method"),
    ("{\"time\":\"2026-03-02T01:02:03Z\",\"method\":\"GET\"}", "no path"),
    ("{", "no time"), ("[]]", "no time"), ("\u{0}\u{1}", "no time"),
  ])
  func `Bad lines say why and never repeat themselves`(line: String, reason: String) {
    let fault = #expect(throws: LogFault.self) { try LoggedRequest(line: Array(line.utf8)) }
    #expect(fault?.reason.hasPrefix(reason) == true)
  }

  @Test func `Yesterday runs again; what is not understood is counted`() {
    let lines = (0..<120).map { second in
      let clock =
        "\(second / 60 < 10 ? "0" : "")\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)"
      return "10.0.0.\(second % 3) - - [02/Mar/2026:00:\(clock) +0000] \"GET /x HTTP/1.1\" 200 1"
    }
    let text = (lines + ["nonsense", "", "{}"]).joined(separator: "\n")
    let workload = Workload(
      log: LoggedWorkload(file: "a.log", api: 0, service: .constant(.milliseconds(50))))
    var plan = Plan(
      Sample.rulebook([Sample.window(30, 60)]), workload, log: Sample.log(text))
    let report = plan.run()
    #expect(report.start == Sample.monday && report.requests == 120 && report.sent == 120)
    #expect(report.log?.lines == 123 && report.log?.badLines == 2)
    #expect(report.log?.firstBad.map(\.line) == [121, 123])
    #expect(report.finish > .seconds(209) && report.finish < .seconds(215))
    #expect(report.parts.map(\.name) == ["access-log"])
  }

  @Test(arguments: [
    ("/api/x", 1, 0), ("/other/x", 0, 1), ("http://api.test/x", 1, 0),
    ("https://api.test:443/x", 1, 0), ("http://else.test/x", 0, 1), ("/", 0, 1),
  ])
  func `Without an API's name the line must name one`(target: String, sent: Int, bad: Int) {
    let line = "c - - [02/Mar/2026:00:00:00 +0000] \"GET \(target) HTTP/1.1\" 200 1"
    var plan = Plan(
      Sample.rulebook([]), Workload(log: LoggedWorkload(file: "a", service: .usual)),
      log: Sample.log(line))
    let report = plan.run()
    #expect(report.sent == sent && report.log?.badLines == bad)
  }

  @Test func `Lines out of order arrive in the log's order, and the duration ends it`() {
    let lines = ["00:10", "00:05", "00:20", "09:00"].map {
      "c - - [02/Mar/2026:00:\($0) +0000] \"GET /x HTTP/1.1\" 200 1"
    }
    var plan = Plan(
      Sample.rulebook([]),
      Workload(
        duration: .seconds(60), log: LoggedWorkload(file: "a", api: 0, service: .usual)),
      log: Sample.log(lines.joined(separator: "\n")))
    let report = plan.run()
    #expect(report.sent == 3 && report.finish == .milliseconds(10_200))
  }
}
