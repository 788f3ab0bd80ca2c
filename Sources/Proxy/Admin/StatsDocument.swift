import Admission
import Statistics
import Timekeeping

/// The text of `/stats`: names and numbers, never a secret.
enum StatsDocument {
  static func text(_ context: ProxyContext) -> [UInt8] {
    let report = context.desk.report()
    var json = JSONText()
    json.object { json in
      json.string("version", Version.text)
      json.number("uptime_s", (context.loop.now - context.started).inSeconds)
      json.object("exchanges") { json in
        json.integer("open", context.openExchanges)
        json.integer("total", context.totalExchanges)
      }
      json.object("connections") { json in
        json.integer("clients", context.openClients)
        json.integer("idle_upstream", context.pool.idleCount)
        json.integer("tunnels", context.openTunnels)
        json.integer("names_looked_up", context.dialer.lookingUp)
      }
      json.object("memory") { json in
        json.integer("resident_bytes", context.pressure.resident)
        if let bound = context.pressure.bound { json.integer("bound_bytes", bound) }
        json.string("pressure", context.pressure.level.rawValue)
        json.integer("parked_bytes", context.bounds.parkedBytes - context.parkingRoom)
        json.integer("replay_bytes", context.bounds.replayTotal - context.replayRoom)
      }
      json.integer("lost_log_lines", context.lostLines())
      json.number("longest_turn_ms", context.loop.turns.longest.inSeconds * 1000)
      json.object("apis") { json in
        for api in report.apis { json.object(api.name) { write(api, to: &$0) } }
      }
    }
    return json.bytes + [0x0A]
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
