import Limits
import Planning
import Policy
import PolicyFile
import Testing
import Timekeeping

/// Workload files: what they mean, and where they are wrong.
@Suite struct WorkloadFileTests {
  private func read(_ text: String) -> Result<Workload, PolicyFaults> {
    WorkloadReader.read(text: text, file: "w.yaml", rulebook: Sample.rulebook([]))
  }

  private func faults(_ text: String) -> [String] {
    switch read(text) {
    case .success: []
    case .failure(let faults):
      faults.diagnostics.map { "\($0.line):\($0.column): \($0.message)" }
    }
  }

  @Test func `Every word`() throws {
    let workload = try read(
      """
      start: 2026-03-02T08:00:00+01:00
      duration: 24h
      seed: 7
      service: 300ms
      requests:
        uploads:
          api: api
          request: POST /v1/{account}/videos
          headers: { X-Tier: "gold {account}" }
          accounts: 50
          callers: [web, cron]
          arrive: { burst: 200, from: 8h }
          service: { median: 1s, p99: 4s }
          patience: 10m
        reads:
          request: GET /v1/x
          arrive: { poisson: 600/min, until: 12h, count: 1000 }
          service: { from: 20ms, to: 80ms }
        ticks: { request: GET /t, arrive: { times: [0s, 90s] } }
      access-log: { file: old.log, api: api }
      """
    ).get()
    #expect(workload.start == WallTime(secondsSinceEpoch: 1_772_434_800))
    #expect(workload.duration == .seconds(86_400) && workload.seed == 7)
    #expect(workload.parts.map(\.name) == ["uploads", "reads", "ticks"])
    let uploads = workload.parts[0]
    #expect(uploads.method == "POST" && uploads.target == "/v1/{account}/videos")
    #expect(uploads.fields == ["x-tier": "gold {account}"])
    #expect(uploads.accounts == .count(50, prefix: "account"))
    #expect(uploads.callers == .names(["web", "cron"]) && uploads.patience == .seconds(600))
    #expect(uploads.arrivals == Arrivals(.burst(200), from: .seconds(8 * 3600)))
    #expect(uploads.service == .lognormal(median: .seconds(1), p99: .seconds(4)))
    let rate = Rate(allow: 600, per: .seconds(60))
    #expect(
      workload.parts[1].arrivals
        == Arrivals(.poisson(rate), until: .seconds(12 * 3600), count: 1000))
    #expect(
      workload.parts[1].service == .uniform(from: .milliseconds(20), to: .milliseconds(80)))
    #expect(workload.parts[2].arrivals == Arrivals(.times([.zero, .seconds(90)])))
    #expect(workload.parts[2].service == .constant(.milliseconds(300)))
    #expect(
      workload.log
        == LoggedWorkload(file: "old.log", api: 0, service: .constant(.milliseconds(300))))
  }

  private static let head = "requests:\n  a:\n    request: GET /x\n    "

  @Test(arguments: [
    ("", "1:1: the file is empty"),
    ("seed: 1", "1:1: the file asks for nothing, allowed: requests or access-log"),
    ("reqests: {}\naccess-log: { file: a }", "1:1: unknown word \"reqests\""),
    (head + "arrive: { burts: 1 }", "4:15: unknown word \"burts\""),
    (head + "arrive: { from: 1s }", "4:13: found 0 patterns, allowed in arrive: one of rate"),
    (head + "arrive: { burst: 1, rate: 1/s }", "4:13: found 2 patterns"),
    (head + "arrive: { burst: 0 }", "4:22: found \"0\", allowed for burst: 1 to"),
    (head + "arrive: { rate: fast }", "4:21: \"fast\" is no rate"),
    (head + "arrive: { rate: 1/s }", "2:3: these requests never end"),
    (head + "arrive: { times: [2s, 1s] }", "4:27: this is earlier than the one before"),
    (head + "patience: 1s", "2:3: these requests have no arrive"),
    (head + "arrive: { burst: 1 }\n    api: apj", "5:10: found \"apj\", allowed for api: api"),
    (head + "arrive: { burst: 1 }\n    accounts: []", "5:15: found an empty list"),
    (head + "arrive: { burst: 1 }\n    accounts: many", "5:15: found \"many\", allowed"),
    (head + "arrive: { burst: 1 }\n    service: { from: 2s, to: 1s }", "5:14: from is longer"),
    (head + "arrive: { burst: 1 }\n    service: { median: 2s }", "5:14: found 1 words, allowed"),
    (head + "arrive: { burst: 1 }\n    headers: { 'a b': c }", "5:16: this is no header's name"),
    ("requests: { a: { request: get /x, arrive: { burst: 1 } } }", "1:27: found \"get /x\""),
    ("requests: { a: { request: GET x, arrive: { burst: 1 } } }", "1:27: found \"GET x\""),
    ("requests: []", "1:11: found a list"), ("requests: {}", "1:11: found an empty map"),
    ("start: monday\naccess-log: { file: a }", "1:8: found \"monday\", allowed for start"),
    ("duration: 1\naccess-log: { file: a }", "1:11: \"1\" is no duration"),
    ("access-log: {}", "1:13: access-log has no file"),
    ("access-log: &x { file: a }", "1:13: anchors and aliases are not allowed"),
  ])
  func `Faults have their places`(text: String, fault: String) {
    let found = faults(text)
    #expect(found.contains { $0.hasPrefix(fault) }, "found \(found)")
  }

  @Test func `All faults at once`() {
    let found = faults("seed: x\nduration: y\nrequests: { a: { request: z } }")
    #expect(found.count == 4, "found \(found)")
  }
}
