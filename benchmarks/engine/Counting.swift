import Admission
import Feedback
import Glibc
import Policy

/// Does single operations when told to, so that another process can count their instructions.
///
/// Reads `OPERATION CALLS` from standard input, writes `ready`, waits for a line, does it and writes
/// `done`; then it waits for a line again before it makes up for what was done.
struct Counting {
  private let waiting: Int
  private let crowd: Crowd
  /// Tickets that wait, the latest last.
  private var tickets: [TicketID] = []
  /// Tickets under way that nobody waited for.
  private var light: [TicketID] = []
  /// Tickets under way that waited.
  private var served: [TicketID] = []
  private var number = 0

  init(waiting: Int) {
    self.waiting = waiting
    crowd = Crowd(accounts: waiting / Crowd.perAccount)
    for number in 0..<3 * Crowd.lightAccounts {
      guard case .granted(let grant) = crowd.engine.admit(crowd.lightRoute(number), at: crowd.now)
      else { fatalError("a light load waits") }
      crowd.answer(grant.ticket)
    }
    refill()
  }

  mutating func run() {
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count == 2, let operation = Operation(rawValue: String(words[0])),
        let calls = Int(words[1])
      else { fatalError("not an operation: \(line)") }
      let routes = (number..<number + calls).map {
        operation == .admit ? crowd.lightRoute($0) : crowd.route($0)
      }
      number += calls
      light.reserveCapacity(calls)
      tickets.reserveCapacity(tickets.count + calls)
      tell("ready")
      perform(operation, calls, routes)
      tell("done")
      for ticket in served { crowd.answer(ticket) }
      served = []
      refill()
    }
  }

  /// The measured part; a light load passes in it, so that little time does.
  private mutating func perform(_ operation: Operation, _ calls: Int, _ routes: [Route]) {
    switch operation {
    case .none: break
    case .admit:
      for index in routes.indices {
        pass()
        guard case .granted(let grant) = crowd.engine.admit(routes[index], at: crowd.now)
        else { continue }
        light.append(grant.ticket)
      }
    case .sent:
      for ticket in light {
        pass()
        crowd.engine.sent(ticket, at: crowd.now)
      }
    case .learn:
      for ticket in light {
        pass()
        _ = crowd.engine.responded(ticket, crowd.reading, canReplay: true, at: crowd.now)
      }
    case .end:
      for ticket in light {
        pass()
        crowd.engine.finished(ticket, at: crowd.now)
      }
      light.removeAll(keepingCapacity: true)
    case .wait:
      for index in routes.indices {
        if let ticket = crowd.admit(routes[index]) { tickets.append(ticket) }
      }
    case .cancel:
      for ticket in tickets.suffix(calls) { crowd.engine.cancel(ticket, at: crowd.now) }
      tickets.removeLast(calls)
    case .dispatch: served = crowd.grants(calls)
    }
  }

  private func pass() { crowd.now = crowd.now.advanced(byNanoseconds: 100) }

  /// Says how far it is, and waits until it may go on.
  private func tell(_ word: String) {
    print(word)
    fflush(nil)
    _ = readLine()
  }

  /// Lets as many wait as at first.
  private mutating func refill() {
    while crowd.engine.waiting < waiting {
      if let ticket = crowd.admit(crowd.route(number)) { tickets.append(ticket) }
      number += 1
    }
  }
}
