import Statistics
import Timekeeping

extension PlanReport {
  /// The report as tables for people.
  public var text: String {
    var text = "\(requests) requests, \(sent) sent, \(requests - sent) refused"
    text += "; from \(ISODate.text(of: start)), last answer after \(SpanText.text(finish))"
    text += " (\(ISODate.text(of: start + finish)))\n"
    if let log {
      text += "access log: \(log.lines) lines, \(log.badLines) left out\n"
      for bad in log.firstBad { text += "  line \(bad.line): \(bad.reason)\n" }
    }
    text += "\nWaits\n" + waits
    text += "\nUse of limits\n" + use
    if !refusals.isEmpty { text += "\nRefused\n" + refused }
    return text
  }

  private var waits: String {
    var table = TextTable([
      .left("lane"), .right("requests"), .right("sent"), .right("p50"), .right("p90"),
      .right("p99"), .right("max"), .right("last answer"),
    ])
    func add(_ name: String, _ waits: Waits) {
      let spans = [waits.p50, waits.p90, waits.p99, waits.longest].map {
        waits.sent > 0 ? SpanText.text($0) : "-"
      }
      table.add(
        [name, "\(waits.requests)", "\(waits.sent)"] + spans
          + [waits.finish.map(SpanText.text) ?? "-"])
    }
    for lane in lanes { add("\(lane.api) \(lane.lane)", lane.waits) }
    for part in parts { add("(\(part.name))", part.waits) }
    return table.text(indent: 2)
  }

  private var use: String {
    var table = TextTable([
      .left("limit"), .left("kind"), .right("buckets"), .right("units"), .right("peak"),
      .right("mean"),
    ])
    for limit in limits {
      table.add([
        "\(limit.api) \(limit.limit)", limit.kind, "\(limit.buckets)", "\(limit.units)",
        PlanReport.percent(limit.peak), PlanReport.percent(limit.mean),
      ])
    }
    return table.text(indent: 2)
  }

  private var refused: String {
    var table = TextTable([
      .right("count"), .left("lane"), .left("reason"), .left("limit"), .left("first after"),
      .left("said"),
    ])
    for refusal in refusals {
      table.add([
        "\(refusal.count)", "\(refusal.api) \(refusal.lane)", refusal.reason,
        refusal.limit ?? "-", SpanText.text(refusal.first), refusal.detail,
      ])
    }
    return table.text(indent: 2)
  }

  /// A share in percent with one decimal.
  private static func percent(_ share: Double) -> String {
    let tenths = Int((max(0, min(share, 1e9)) * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
