import Limits
import Planning
import Policy
import Testing
import Timekeeping

/// The report as people and programs read it, to the letter.
@Suite struct ReportTests {
  private var report: PlanReport {
    Sample.run(
      Sample.rulebook([Sample.window(2, 60)]),
      [Sample.part(.burst(5), patience: .seconds(70))])
  }

  @Test func `As tables`() {
    let tables = """
      5 requests, 4 sent, 1 refused; from 2026-03-02T00:00:00.000Z, last answer after 1 min 1 s \
      (2026-03-02T00:01:00.230Z)

      Waits
        lane     requests  sent  p50        p90        p99        max  last answer
        api all         5     4  0 s  1 min 1 s  1 min 1 s  1 min 1 s    1 min 1 s
        (work)          5     4  0 s  1 min 1 s  1 min 1 s  1 min 1 s    1 min 1 s

      Use of limits
        limit            kind            buckets  units     peak    mean
        api window       sliding-window        1      4  100.0 %  99.8 %
        api connections  concurrency           1      4    0.0 %   0.0 %

      Refused
        count  lane     reason    limit   first after  said
            1  api all  deadline  window  0 s          The limit window has no room before the \
      deadline.

      """
    #expect(report.text == tables)
  }

  @Test func `As JSON`() {
    let waits =
      #"{"p50":0.0,"p90":60.13,"p99":60.13,"max":60.13},"finish_s":60.23}"#
    let json =
      #"{"start":"2026-03-02T00:00:00.000Z","finish":"2026-03-02T00:01:00.230Z","#
      + #""finish_s":60.23,"requests":5,"sent":4,"refused":1,"#
      + #""lanes":[{"api":"api","lane":"all","requests":5,"sent":4,"wait_s":"# + waits
      + #"],"parts":[{"name":"work","requests":5,"sent":4,"wait_s":"# + waits
      + #"],"limits":[{"api":"api","limit":"window","kind":"sliding-window","buckets":1,"#
      + #""units":4,"peak":1.0,"mean":0.998},{"api":"api","limit":"connections","#
      + #""kind":"concurrency","buckets":1,"units":4,"peak":0.0,"mean":0.0}],"#
      + #""refusals":[{"api":"api","lane":"all","reason":"deadline","limit":"window","#
      + #""count":1,"first_s":0.0,"detail":"The limit window has no room before the deadline."}]}"#
    #expect(String(decoding: report.json, as: UTF8.self) == json)
  }
}
