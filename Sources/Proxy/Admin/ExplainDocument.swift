import Admission
import HTTPWire
import Statistics
import Timekeeping

/// The text of `/explain`: what one request would meet, without its fields, its query or a secret.
enum ExplainDocument {
  /// Reads a request's head as the proxy's port would, and explains it.
  ///
  /// - Throws: `Problem` for what the proxy would refuse before it is counted.
  static func text(
    for request: [UInt8], from peer: String, as format: ExplainFormat, in context: ProxyContext
  ) throws(Problem) -> [UInt8] {
    let head = try head(of: request, within: context.bounds.requestHead)
    let destination = try Call.destination(of: head, through: .proxy, in: context)
    let call = try Call(head, body: nil, to: destination, from: peer, in: context)
    let explanation = context.desk.explain(call.route)
    switch format {
    case .text: return Array(ExplainText.text(of: explanation).utf8)
    case .json: return json(of: explanation)
    }
  }

  private static func head(
    of request: [UInt8], within limits: HeadLimits
  ) throws(Problem) -> RequestHead {
    var parser = RequestParser(limits: limits)
    do throws(WireError) {
      guard let head = try parser.parse(request.span) else {
        throw WireError(status: 400, reason: "the request's head does not end")
      }
      return head
    } catch {
      throw Problem(error)
    }
  }

  private static func json(of explanation: Explanation) -> [UInt8] {
    var json = JSONText()
    json.object { json in
      json.string("at", ISODate.text(of: explanation.wall))
      json.string("api", explanation.api)
      json.string("lane", explanation.lane)
      json.string("account", explanation.account)
      json.string("caller", explanation.caller)
      json.string("endpoint", explanation.endpoint)
      json.number("patience_s", explanation.patience.inSeconds)
      json.string("refusal", explanation.refusal?.word)
      seconds("wait_s", explanation.wait, to: &json)
      seconds("longest_wait_s", explanation.longestWait, to: &json)
      json.object("ahead") { json in
        json.integer("flow", explanation.aheadInFlow)
        json.integer("lane", explanation.aheadInLane)
      }
      if let blocker = explanation.blocker {
        json.object("blocked_by") { write(blocker, at: explanation.wall, to: &$0) }
      }
      json.array("keys") { json in
        for key in explanation.keys { json.object { write(key, to: &$0) } }
      }
    }
    return json.bytes + [0x0A]
  }

  private static func write(
    _ blocker: Explanation.Blocker, at wall: WallTime, to json: inout JSONText
  ) {
    json.string("limit", blocker.limit)
    json.string("of", blocker.of)
    json.string("until", blocker.opens.map { ISODate.text(of: wall + $0) })
    json.array("accounts") { json in
      for waiters in blocker.accounts {
        json.object { json in
          json.string("account", waiters.account)
          json.integer("waiting", waiters.waiting)
        }
      }
    }
  }

  private static func write(_ key: Explanation.KeyOutlook, to json: inout JSONText) {
    json.string("key", key.key)
    seconds("wait_s", key.wait, to: &json)
    json.array("limits") { json in
      for bucket in key.buckets {
        json.object { json in
          json.string("limit", bucket.limit)
          json.string("kind", bucket.kind)
          json.string("of", bucket.of)
          json.integer("cost", bucket.cost)
          if let left = bucket.left { json.integer("left", left) }
          if let capacity = bucket.capacity { json.integer("of_units", capacity) }
          json.integer("queued", bucket.queued)
          seconds("wait_s", bucket.wait, to: &json)
          json.number("held_s", bucket.heldFor.inSeconds)
          json.boolean("needs_answer", bucket.needsAnswer)
        }
      }
    }
  }

  /// A span in seconds; null for never.
  private static func seconds(_ name: String, _ span: Duration?, to json: inout JSONText) {
    if let span { json.number(name, span.inSeconds) } else { json.string(name, nil) }
  }
}
