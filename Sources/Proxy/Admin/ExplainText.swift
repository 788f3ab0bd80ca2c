import Admission
import Statistics
import Timekeeping

/// An explanation for people.
enum ExplainText {
  static func text(of explanation: Explanation) -> String {
    var text = "\(explanation.endpoint)\n"
    let ahead =
      "\(explanation.aheadInFlow) in its own flow, \(explanation.aheadInLane) in the lane"
    var facts = [
      ("api", explanation.api), ("lane", explanation.lane),
      ("account", explanation.account ?? "-"), ("caller", explanation.caller),
      ("waits", waits(explanation)), ("ahead", ahead),
    ]
    if let blocker = explanation.blocker {
      facts.append(("blocked by", blockage(blocker, at: explanation.wall)))
      if !blocker.accounts.isEmpty {
        let list = blocker.accounts.map { "\($0.account ?? "-") (\($0.waiting))" }
        facts.append(("waiting there", list.joined(separator: ", ")))
      }
    }
    for (name, value) in facts {
      text += "  \(name)\(String(repeating: " ", count: 14 - name.count))\(value)\n"
    }
    for key in explanation.keys { text += "\n" + table(of: key) }
    return text
  }

  private static func waits(_ explanation: Explanation) -> String {
    let patience = SpanText.text(explanation.patience)
    switch (explanation.refusal, explanation.wait) {
    case (let refusal?, nil): return "for ever; refused at arrival: \(refusal.word)"
    case (let refusal?, let wait?):
      return "\(SpanText.text(wait)); refused at arrival: \(refusal.word), patience \(patience)"
    case (nil, nil): return "for ever"
    case (nil, let wait?):
      if wait == .zero, explanation.blocker == nil { return "not at all" }
      if wait == .zero { return "for an answer to a request under way, patience \(patience)" }
      let longest = explanation.longestWait.map(SpanText.text) ?? "for ever"
      return "\(SpanText.text(wait)), \(longest) if all that waits now goes first, "
        + "patience \(patience)"
    }
  }

  private static func blockage(_ blocker: Explanation.Blocker, at wall: WallTime) -> String {
    let until = blocker.opens.map { "until \(ISODate.text(of: wall + $0))" } ?? "for ever"
    return "\(blocker.limit) of \(blocker.of), \(until)"
  }

  private static func table(of key: Explanation.KeyOutlook) -> String {
    var table = TextTable([
      .left("limit"), .left("kind"), .left("of"), .right("cost"), .right("left"),
      .right("queued"), .left("room in"),
    ])
    for bucket in key.buckets {
      let left = bucket.left.map { "\($0)/\(bucket.capacity ?? 0)" } ?? "-"
      var room = bucket.wait.map(SpanText.text) ?? "never"
      if bucket.needsAnswer { room += ", after an answer" }
      if bucket.heldFor > .zero { room += ", held by an answer" }
      table.add([
        bucket.limit, bucket.kind, bucket.of, "\(bucket.cost)", left, "\(bucket.queued)", room,
      ])
    }
    let wait = key.wait.map { $0 == .zero ? "at once" : "in \(SpanText.text($0))" } ?? "never"
    return "  with \(key.key.map { "key \($0)" } ?? "no key of ours"): \(wait)\n"
      + table.text(indent: 4)
  }
}
