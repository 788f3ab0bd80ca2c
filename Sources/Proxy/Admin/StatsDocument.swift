import Admission
import Statistics
import Timekeeping

/// The text of `/stats`: names and numbers, never a secret.
enum StatsDocument {
  static func text(_ context: ProxyContext, _ workers: [WorkerReport]) -> [UInt8] {
    let report = context.desk.report()
    let shared = context.shared
    func sum(_ number: (WorkerReport) -> Int) -> Int { workers.reduce(0) { $0 + number($1) } }
    var json = JSONText()
    json.object { json in
      json.string("version", Version.text)
      json.number("uptime_s", (context.loop.now - shared.started).inSeconds)
      json.object("exchanges") { json in
        json.integer("open", sum(\.exchanges))
        json.integer("total", sum(\.total))
      }
      json.object("connections") { json in
        json.integer("clients", sum(\.clients))
        json.integer("idle_upstream", sum(\.idleUpstream))
        json.integer("tunnels", sum(\.tunnels))
        json.integer("names_looked_up", sum(\.lookingUp))
      }
      json.object("memory") { json in
        json.integer("resident_bytes", shared.pressure.resident)
        if let bound = shared.pressure.bound { json.integer("bound_bytes", bound) }
        json.string("pressure", shared.pressure.level.word)
        json.integer("parked_bytes", sum(\.parkedBytes))
        json.integer("replay_bytes", sum(\.replayBytes))
      }
      json.integer("lost_log_lines", shared.lostLines())
      json.number("longest_turn_ms", workers.map(\.longestTurn).max() ?? 0)
      json.object("workers") { json in
        json.integer("count", workers.count)
        json.array("each") { json in
          for worker in workers { json.object { write(worker, to: &$0) } }
        }
      }
      json.object("apis") { json in
        for api in report.apis { json.object(api.name) { write(api, to: &$0) } }
      }
    }
    return json.bytes + [0x0A]
  }

  private static func write(_ worker: WorkerReport, to json: inout JSONText) {
    json.integer("clients", worker.clients)
    json.integer("exchanges", worker.exchanges)
    json.number("longest_turn_ms", worker.longestTurn)
  }

  private static func write(_ api: ApiReport, to json: inout JSONText) {
    json.object("lanes") { json in
      for lane in api.lanes { json.object(lane.name) { write(lane, to: &$0) } }
    }
    json.object("keys") { json in
      for key in api.keys {
        json.object(key.name) { json in
          json.integer("in_flight", key.inFlight)
          json.number("held_until_s", key.heldFor.inSeconds)
          guard key.isOut else { return }
          json.object("out") { json in
            json.string("reason", key.reason)
            json.number("for_s", key.heldFor.inSeconds)
          }
        }
      }
    }
    json.integer("closed_accounts", api.closedAccounts)
    json.object("limits") { json in
      for limit in api.limits { json.object(limit.name) { write(limit, to: &$0) } }
    }
  }

  private static func write(_ lane: LaneReport, to json: inout JSONText) {
    json.integer("waiting", lane.waiting)
    json.integer("oldest_wait_ms", lane.oldestWait.wholeMilliseconds)
    json.integer("granted", lane.granted)
    json.integer("refused", lane.refused)
    json.integer("cancelled", lane.cancelled)
    json.integer("absorbed_429", lane.absorbed429)
    json.integer("repeated", lane.repeated)
    json.object("wait_ms") { json in
      json.integer("p50", lane.waitP50.wholeMilliseconds)
      json.integer("p99", lane.waitP99.wholeMilliseconds)
    }
  }

  private static func write(_ limit: LimitReport, to json: inout JSONText) {
    json.string("kind", limit.kind)
    json.integer("buckets", limit.buckets)
    json.array("fullest") { json in
      for bucket in limit.fullest {
        json.object { json in
          json.string("of", bucket.of)
          json.integer("allow", bucket.allow)
          json.integer("left", bucket.left)
          json.number("next_s", bucket.next.inSeconds)
        }
      }
    }
  }
}
