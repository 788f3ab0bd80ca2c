import Admission
import Logging
import Synchronization
import Testing
import Timekeeping

@testable import Proxy

/// Keeps what is logged.
private struct Lines: LogHandler {
  final class Store: Sendable {
    let lines = Mutex<[String]>([])
  }

  let store: Store
  var metadata = Logger.Metadata()
  var logLevel = Logger.Level.trace
  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set { _ = newValue }
  }

  func log(event: LogEvent) {
    store.lines.withLock { $0.append("\(event.level) \(event.message)") }
  }
}

@Suite struct NoticeLogTests {
  private let store = Lines.Store()
  private let log: NoticeLog
  private let start = Instant(nanoseconds: 0)
  private var lines: [String] { store.lines.withLock { $0 } }

  init() {
    let store = store
    log = NoticeLog(Logger(label: "test") { _ in Lines(store: store) })
  }

  @Test func `every notice is one line`() {
    let rows: [(Notice, String)] = [
      (
        Notice(api: "t", event: .keyOut(key: "a", after: .milliseconds(1500)), reason: "no_credit"),
        "warning t: the provider turned key a away; next try in 2 s (no_credit)"
      ),
      (Notice(api: "t", event: .keyBack(key: "a")), "notice t: key a is back"),
      (
        Notice(api: "t", event: .accountOut(account: "one\ntwo\u{1B}", after: .seconds(9))),
        "warning t: the provider turned account one?two? away; next try in 9 s"
      ),
      (
        Notice(api: "t", event: .quotaUsedUp(scope: "posts", after: .seconds(60))),
        "notice t: the quota of posts is used up for 60 s"
      ),
      (
        Notice(api: "t", event: .limitTooHigh(limit: "w")),
        "warning t: the provider refused what limit w allows: is it declared too high?"
      ),
      (
        Notice(api: "t", event: .limitMoved(limit: "w", to: 60)),
        "notice t: the provider states 60 for limit w"
      ),
      (
        Notice(api: "t", event: .retryBudgetSpent),
        "warning t: no more repetitions for now: their budget is spent"
      ),
    ]
    for (notice, _) in rows { log.write(notice, at: start) }
    #expect(lines == rows.map(\.1))
  }

  @Test func `a name cannot make the line long`() {
    let name = String(repeating: "n", count: 5000)
    log.write(Notice(api: "t", event: .keyBack(key: name)), at: start)
    #expect(lines.allSatisfy { $0.utf8.count < 200 })
  }

  @Test func `ten lines a second, and the number of the others`() {
    for _ in 0..<25 { log.write(Notice(api: "t", event: .retryBudgetSpent), at: start) }
    #expect(lines.count == 10)
    log.write(
      Notice(api: "t", event: .retryBudgetSpent), at: start + .milliseconds(999))
    #expect(lines.count == 10)
    log.write(Notice(api: "t", event: .keyBack(key: "a")), at: start + .seconds(1))
    #expect(
      lines[10...] == ["notice 16 notices more were left out", "notice t: key a is back"])
  }
}
