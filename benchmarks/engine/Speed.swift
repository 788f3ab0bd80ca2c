import Admission

/// How long calls take while so many tickets wait.
struct Speed {
  /// Grants that are measured together; the key's bucket holds more.
  private static let batch = 50

  private let waiting: Int
  private var crowd: Crowd
  private var tickets: [TicketID] = []
  private var number = 0
  private var admit = Span()
  private var dispatch = Span()
  private var answer = Span()
  private var end = Span()
  private var cancel = Span()

  init(waiting: Int) {
    self.waiting = waiting
    crowd = Crowd(accounts: waiting / Crowd.perAccount)
    fill()
    admit = Span()
    for _ in 0..<max(1, 200_000 / waiting) {
      leave()
      fill()
      serve(waiting / 5)
      fill()
    }
  }

  /// The row of the table.
  var row: String {
    let spans = [admit, dispatch, answer, end, cancel].map { "\($0.mean) ns" }
    return "| \(waiting) | \(crowd.accounts) | \(spans.joined(separator: " | ")) |"
  }

  private mutating func fill() {
    while crowd.engine.waiting < waiting {
      let count = min(waiting - crowd.engine.waiting, 100_000)
      let routes = (0..<count).map { crowd.route(number + $0) }
      number += count
      var made: [TicketID?] = []
      made.reserveCapacity(count)
      admit.measure(count: count) {
        for route in routes { made.append(crowd.admit(route)) }
      }
      tickets += made.compactMap { $0 }
    }
  }

  /// Every fifth of the latest tickets is given up by its caller.
  private mutating func leave() {
    var kept: [TicketID] = []
    var gone: [TicketID] = []
    let latest = tickets.suffix(min(waiting / 2, 250_000))
    for (index, ticket) in latest.enumerated() {
      if index % 5 == 0 { gone.append(ticket) } else { kept.append(ticket) }
    }
    tickets = kept
    cancel.measure(count: gone.count) {
      for ticket in gone { crowd.engine.cancel(ticket, at: crowd.now) }
    }
  }

  private mutating func serve(_ count: Int) {
    for _ in 0..<max(1, count / Speed.batch) {
      let granted = dispatch.measure(count: Speed.batch) { crowd.grants(Speed.batch) }
      answer.measure(count: granted.count) {
        for ticket in granted {
          _ = crowd.engine.responded(ticket, .plain(status: 200), canReplay: true, at: crowd.now)
        }
      }
      end.measure(count: granted.count) {
        for ticket in granted { crowd.engine.finished(ticket, at: crowd.now) }
      }
    }
  }
}
