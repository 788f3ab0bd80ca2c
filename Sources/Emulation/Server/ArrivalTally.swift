import Statistics

/// What an emulated provider has counted since it began, for `/_emulator/stats`.
struct ArrivalTally {
  private(set) var arrivals = 0
  private var statuses: [Int: Int] = [:]
  private var refusals: [String: Int] = [:]

  /// Counts an answered request.
  mutating func count(_ record: ArrivalRecord) {
    arrivals += 1
    statuses[record.status, default: 0] += 1
    if let limit = record.limit { refusals[limit, default: 0] += 1 }
  }

  /// `{"arrivals":2,"statuses":{"200":1,"429":1},"refusals":{"key":1}}`.
  var json: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.integer("arrivals", arrivals)
      json.object("statuses") { json in
        for (status, count) in statuses.sorted(by: { $0.key < $1.key }) {
          json.integer("\(status)", count)
        }
      }
      json.object("refusals") { json in
        for (limit, count) in refusals.sorted(by: { $0.key < $1.key }) {
          json.integer(limit, count)
        }
      }
    }
    return json.bytes
  }
}
