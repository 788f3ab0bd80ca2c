import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

/// The bounds fairness is held to, whatever the limit does (limits-science.md section 9, 6 and 7).
@Suite struct FairnessBoundTests {
  private static let weights = [5.0, 2.0, 1.0]
  private static let costs = [3, 2, 4]

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Shares stay within one largest cost of the weights under a limit that changes`(
    seed: UInt64
  ) {
    var random = SplitMix64(seed: seed)
    let lanes = FairnessBoundTests.weights.enumerated().map {
      Lane(name: "l\($0)", keys: [0], weight: Int($1), maxWait: .seconds(86_400))
    }
    let bench = Bench(limits: [window("tier", 120, 10)], lanes: lanes)
    var lane: [TicketID: Int] = [:]
    var order: [Int] = []
    func park(_ number: Int) {
      let route = bench.route(
        "a\(random.next() % 4)", lane: number, cost: FairnessBoundTests.costs[number])
      if case .waiting(let ticket) = bench.admit(route) { lane[ticket] = number }
    }
    var allowed = 120
    bench.onGrant = { grant in
      guard let number = lane[grant.ticket] else { return bench.answer(grant, after: .zero) }
      order.append(number)
      if random.next() % 40 == 0 { allowed = 20 + Int(random.next() % 100) }
      let tier = Estimate(
        name: "tier", scope: .key, limit: allowed, remaining: nil, window: .seconds(10))
      bench.at(bench.now + .milliseconds(30)) {
        bench.respond(grant, 200, estimates: [tier])
        bench.call { $0.finished(grant.ticket, at: $1) }
        park(number)
      }
    }
    for _ in 0..<60 { bench.admit(bench.route("first", cost: 2)) }
    for index in 0..<600 { park(index % 3) }
    bench.run(until: ms(600_000))
    #expect(order.count > 500, "seed \(seed)")
    #expect(bench.notices.contains { if case .limitMoved = $0.event { true } else { false } })
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      let spread = FairnessBoundTests.spread(order, first, second)
      let bound =
        Double(FairnessBoundTests.costs[first]) / FairnessBoundTests.weights[first]
        + Double(FairnessBoundTests.costs[second]) / FairnessBoundTests.weights[second]
      #expect(spread <= bound + 1e-9, "seed \(seed): lanes \(first) and \(second)")
    }
  }

  /// The largest difference of what two lanes got by weight, in any span of services.
  private static func spread(_ order: [Int], _ first: Int, _ second: Int) -> Double {
    var (now, least, most) = (0.0, 0.0, 0.0)
    for number in order {
      let step = Double(costs[number]) / weights[number]
      if number == first { now += step }
      if number == second { now -= step }
      least = min(least, now)
      most = max(most, now)
    }
    return most - least
  }

  @Test func `A blocked account delays no other by more than one dispatch`() {
    func grants(blocked: Bool) -> [String] {
      let bench = Bench(limits: [bucketRule("b", perMinute: 600, burst: 1), window("w", 100, 60)])
      var name: [TicketID: String] = [:]
      var order: [String] = []
      bench.onGrant = {
        if let account = name[$0.ticket] { order.append(account) }
        bench.answer($0, after: .milliseconds(5))
      }
      if blocked { bench.call { #expect($0.close(account: "shut", api: 0, at: $1)) } }
      bench.admit(bench.route("first"))
      for index in 0..<200 {
        if blocked { name[bench.park(bench.route("shut"))] = "shut" }
        let account = "a\(index % 5)"
        name[bench.park(bench.route(account))] = account
      }
      bench.run(until: ms(300_000))
      return order
    }
    let free = grants(blocked: false)
    let beside = grants(blocked: true)
    #expect(free.count == 200 && beside.count == 200 && !beside.contains("shut"))
    for account in (0..<5).map({ "a\($0)" }) {
      let places = [free, beside].map { list in list.indices.filter { list[$0] == account } }
      for (alone, together) in zip(places[0], places[1]) { #expect(abs(together - alone) <= 1) }
    }
  }
}
