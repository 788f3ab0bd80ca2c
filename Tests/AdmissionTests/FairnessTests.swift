import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

/// Shares: between accounts, between lanes, and against floods.
@Suite struct FairnessTests {
  @Test func `Accounts share equally within 5 percent when one has 100 times the backlog`() {
    let bench = Bench(
      limits: [bucketRule("b", perMinute: 600, burst: 1)], queues: QueueBounds(perLane: 20_000))
    var served = ["big": 0, "small": 0]
    var owner: [TicketID: String] = [:]
    bench.onGrant = {
      owner[$0.ticket].map { served[$0, default: 0] += 1 }
      bench.answer($0, after: .milliseconds(20))
    }
    bench.admit(bench.route("other"))
    for index in 0..<10_100 {
      let name = index % 101 == 100 ? "small" : "big"
      owner[bench.park(bench.route(name))] = name
    }
    // 100 waiting of the small one last 200 grants of both.
    bench.run(until: ms(18_000))
    let small = served["small", default: 0]
    let big = served["big", default: 0]
    #expect(small > 60 && abs(small - big) <= max(1, (small + big) / 40))
  }

  @Test func `Lanes of weights 16, 4 and 1 on one key get their shares`() {
    let lanes = [16, 4, 1].map {
      Lane(name: "w\($0)", keys: [0], weight: $0, maxWait: .seconds(86_400))
    }
    let bench = Bench(limits: [bucketRule("b", perMinute: 6_000, burst: 1)], lanes: lanes)
    var served = [0, 0, 0]
    var lane: [TicketID: Int] = [:]
    bench.onGrant = {
      if let number = lane[$0.ticket] { served[number] += 1 }
      bench.answer($0, after: .milliseconds(1))
    }
    bench.admit(bench.route("x"))
    for index in 0..<6_000 {
      lane[bench.park(bench.route("a\(index % 3)", lane: index % 3))] = index % 3
    }
    bench.run(until: ms(13_000))
    let total = Double(served.reduce(0, +))
    #expect(total > 1000)
    for (index, weight) in [16.0, 4.0, 1.0].enumerated() {
      #expect(abs(Double(served[index]) / total - weight / 21) < 0.01)
    }
  }

  @Test func `A flood on one lane does not move the waits of lanes on other keys`() {
    func waits(flood: Bool) -> [[Duration]] {
      let lanes = (0..<3).map { Lane(name: "l\($0)", keys: [$0], maxWait: .seconds(86_400)) }
      let bench = Bench(
        limits: [window("w", 10, 10)], keys: ["k0", "k1", "k2"], lanes: lanes,
        connections: 100_000)
      var lane: [TicketID: Int] = [:]
      var waits: [[Duration]] = [[], [], []]
      bench.onGrant = {
        bench.answer($0, after: .milliseconds(50))
        if let number = lane[$0.ticket] { waits[number].append($0.waited) }
      }
      if flood {
        for index in 0..<3_000 { bench.admit(bench.route("f\(index % 50)", lane: 0)) }
      }
      for step in 0..<600 {
        bench.at(ms(Int64(step) * 200)) {
          for number in 1...2 {
            if case .waiting(let ticket) = bench.admit(bench.route("a\(step % 7)", lane: number)) {
              lane[ticket] = number
            }
          }
        }
      }
      bench.run(until: ms(300_000))
      return waits
    }
    let calm = waits(flood: false)
    let flooded = waits(flood: true)
    #expect(calm[1].count > 100 && calm[1] == flooded[1] && calm[2] == flooded[2])
  }
}
