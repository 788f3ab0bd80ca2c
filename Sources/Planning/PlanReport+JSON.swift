import Statistics
import Timekeeping

extension PlanReport {
  /// The report as one JSON object, without a newline.
  public var json: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.string("start", ISODate.text(of: start))
      json.string("finish", ISODate.text(of: start + finish))
      json.number("finish_s", finish.inSeconds)
      json.integer("requests", requests)
      json.integer("sent", sent)
      json.integer("refused", requests - sent)
      if let log { json.object("log") { PlanReport.write(log, to: &$0) } }
      json.array("lanes") { json in
        for lane in lanes {
          json.object { json in
            json.string("api", lane.api)
            json.string("lane", lane.lane)
            PlanReport.write(lane.waits, to: &json)
          }
        }
      }
      json.array("parts") { json in
        for part in parts {
          json.object { json in
            json.string("name", part.name)
            PlanReport.write(part.waits, to: &json)
          }
        }
      }
      json.array("limits") { json in
        for limit in limits { json.object { PlanReport.write(limit, to: &$0) } }
      }
      json.array("refusals") { json in
        for refusal in refusals { json.object { PlanReport.write(refusal, to: &$0) } }
      }
    }
    return json.bytes
  }

  private static func write(_ log: LogReading, to json: inout JSONText) {
    json.integer("lines", log.lines)
    json.integer("bad_lines", log.badLines)
    json.array("first_bad") { json in
      for bad in log.firstBad {
        json.object { json in
          json.integer("line", bad.line)
          json.string("reason", bad.reason)
        }
      }
    }
  }

  private static func write(_ waits: Waits, to json: inout JSONText) {
    json.integer("requests", waits.requests)
    json.integer("sent", waits.sent)
    json.object("wait_s") { json in
      json.number("p50", waits.p50.inSeconds)
      json.number("p90", waits.p90.inSeconds)
      json.number("p99", waits.p99.inSeconds)
      json.number("max", waits.longest.inSeconds)
    }
    if let finish = waits.finish {
      json.number("finish_s", finish.inSeconds)
    } else {
      json.string("finish_s", nil)
    }
  }

  private static func write(_ limit: LimitUse, to json: inout JSONText) {
    json.string("api", limit.api)
    json.string("limit", limit.limit)
    json.string("kind", limit.kind)
    json.integer("buckets", limit.buckets)
    json.integer("units", limit.units)
    json.number("peak", limit.peak)
    json.number("mean", limit.mean)
  }

  private static func write(_ refusal: RefusalCount, to json: inout JSONText) {
    json.string("api", refusal.api)
    json.string("lane", refusal.lane)
    json.string("reason", refusal.reason)
    json.string("limit", refusal.limit)
    json.integer("count", refusal.count)
    json.number("first_s", refusal.first.inSeconds)
    json.string("detail", refusal.detail)
  }
}
