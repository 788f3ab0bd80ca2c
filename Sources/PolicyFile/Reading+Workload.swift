import Limits
import Planning
import Policy
import Timekeeping

extension Reading {
  static let workloadWords = ["start", "duration", "seed", "service", "requests", "access-log"]
  static let partWords = [
    "api", "request", "headers", "accounts", "callers", "arrive", "service", "patience",
  ]

  /// A whole workload file.
  mutating func workload(_ root: Item, apis: [Api]) -> Workload? {
    guard let top = words(root, in: "the file", allowed: Reading.workloadWords) else { return nil }
    let duration = top["duration"].flatMap { span($0) }
    let service = top["service"].flatMap { serviceTime($0.value) } ?? .usual
    var workload = Workload(duration: duration)
    workload.start = top["start"].flatMap { start($0.value) }
    if let entry = top["seed"] {
      workload.seed = UInt64(integer(entry.value, for: "seed", in: 0...Int(Int32.max)) ?? 1)
    }
    if let entry = top["requests"] {
      for part in names(entry.value, of: "requests") {
        guard let read = self.part(part, apis: apis, service: service) else { continue }
        workload.parts.append(read)
        if duration == nil, top["duration"] == nil, !read.arrivals.isFinite {
          faults.add(
            part.position,
            "these requests never end, allowed: duration in the file, or until or count in "
              + "arrive")
        }
      }
    }
    workload.log = top["access-log"].flatMap { loggedWorkload($0.value, apis, service) }
    if top["requests"] == nil, top["access-log"] == nil {
      faults.add(root.position, "the file asks for nothing, allowed: requests or access-log")
    }
    return workload
  }

  private mutating func start(_ item: Item) -> WallTime? {
    let allowed = "a time such as 2026-03-02T08:00:00Z"
    guard let text = text(item, for: "start", allowed: allowed) else { return nil }
    let time = ISODate.parse(text)
    if time == nil {
      faults.add(item.position, "found \(Echo.quoted(text)), allowed for start: \(allowed)")
    }
    return time
  }

  mutating func span(_ entry: Item.Entry) -> Duration? {
    value(
      entry.value, for: entry.word, allowed: "a duration such as 24h", parse: DurationText.parse)
  }

  private mutating func loggedWorkload(
    _ item: Item, _ apis: [Api], _ service: ServiceTime
  ) -> LoggedWorkload? {
    guard let words = words(item, in: "access-log", allowed: ["file", "api", "service"]) else {
      return nil
    }
    guard let entry = words["file"] else {
      faults.add(item.position, "access-log has no file, allowed: one such as file: access.log")
      return nil
    }
    let file = text(entry.value, for: "file", allowed: "a path such as access.log")
    let api = words["api"].flatMap { apiIndex($0.value, apis) }
    let own = words["service"].flatMap { serviceTime($0.value) }
    return file.map { LoggedWorkload(file: $0, api: api, service: own ?? service) }
  }

  private mutating func apiIndex(_ item: Item, _ apis: [Api]) -> Int? {
    let names = apis.filter { !$0.isCatchAll }.map(\.name)
    guard let name = choice(item, for: "api", among: names) else { return nil }
    return apis.firstIndex { $0.name == name }
  }

  private mutating func part(
    _ entry: Item.Entry, apis: [Api], service: ServiceTime
  ) -> WorkloadPart? {
    guard let words = words(entry.value, in: "requests", allowed: Reading.partWords) else {
      return nil
    }
    for word in ["request", "arrive"] where words[word] == nil {
      faults.add(entry.position, "these requests have no \(word), allowed: one")
    }
    var api = words["api"].flatMap { apiIndex($0.value, apis) }
    if words["api"] == nil {
      let declared = apis.indices.filter { !apis[$0].isCatchAll }
      api = declared.count == 1 ? declared[0] : nil
      if api == nil {
        faults.add(entry.position, "these requests have no api, allowed: the name of one")
      }
    }
    let request = words["request"].flatMap { self.request($0.value) }
    let arrivals = words["arrive"].flatMap { self.arrivals($0.value) }
    let own = words["service"].flatMap { serviceTime($0.value) }
    let fields = words["headers"].map { self.fields($0.value) } ?? [:]
    let accounts = words["accounts"].flatMap { nameList($0, prefix: "account") }
    let callers = words["callers"].flatMap { nameList($0, prefix: "caller") }
    let patience = words["patience"].flatMap { span($0) }
    guard let api, let request, let arrivals else { return nil }
    return WorkloadPart(
      name: entry.word, api: api, method: request.method, target: request.target,
      fields: fields, accounts: accounts ?? .count(0, prefix: "account"),
      callers: callers ?? .count(1, prefix: "caller"), arrivals: arrivals,
      service: own ?? service, patience: patience)
  }
}
