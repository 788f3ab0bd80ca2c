import Testing
import Timekeeping

@testable import Events

@Suite struct WaitPointTests {
  private final class Tally: @unchecked Sendable {
    var woken = 0
    var points: [WaitPoint] = []
  }

  /// Tasks that wait at points of their own, on the loop.
  private static func crowd(_ count: Int, on loop: EventLoop, patient: Bool) -> Tally {
    let tally = Tally()
    for number in 0..<count {
      let point = WaitPoint(loop)
      point.isPatient = patient
      tally.points.append(point)
      Task(executorPreference: loop) {
        await tally.points[number].wait()
        tally.woken += 1
      }
    }
    return tally
  }

  @Test func `row 113: patient points are woken a few in each turn, others at once`() throws {
    let (hasty, first, later) = try LoopBench.run { bench in
      let hasty = WaitPointTests.crowd(200, on: bench.loop, patient: false)
      let patient = WaitPointTests.crowd(200, on: bench.loop, patient: true)
      await bench.loop.stepAside()
      for point in patient.points + hasty.points { point.wake() }
      // What wakes in a turn runs behind what ran aside in it.
      for _ in 0..<2 { await bench.loop.stepAside() }
      let first = patient.woken
      for _ in 0..<10 { await bench.loop.stepAside() }
      return (hasty.woken, first, patient.woken)
    }
    #expect(hasty == 200)
    #expect(first > 0 && first < 200, "\(first)")
    #expect(later == 200)
  }

  @Test func `a patient point that is resumed does not wait for its turn`() throws {
    let woken = try LoopBench.run { bench in
      let patient = WaitPointTests.crowd(200, on: bench.loop, patient: true)
      await bench.loop.stepAside()
      for point in patient.points { point.wake() }
      for point in patient.points { point.resume() }
      await bench.loop.stepAside()
      return patient.woken
    }
    #expect(woken == 200)
  }

  private final class Dozer: Sleeper {
    var awakened = 0
    func awaken() { awakened += 1 }
  }

  @Test func `a sleeper is awakened once, patient or not, and not after the point retired`() throws
  {
    let counts = try LoopBench.run { bench in
      let dozer = Dozer()
      let point = WaitPoint(bench.loop)
      point.rest(dozer)
      point.wake()
      point.wake()
      // Not before every callback of the turn has said what became ready.
      let atOnce = dozer.awakened
      await bench.loop.stepAside()
      let hasty = dozer.awakened
      point.isPatient = true
      point.rest(dozer)
      point.wake()
      for _ in 0..<2 { await bench.loop.stepAside() }
      let patient = dozer.awakened
      point.rest(dozer)
      point.retire()
      point.resume()
      await bench.loop.stepAside()
      return [atOnce, hasty, patient, dozer.awakened]
    }
    #expect(counts == [0, 1, 2, 2])
  }

  @Test func `the deadline awakens a sleeper`() throws {
    let isExpired = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      point.expire(after: .milliseconds(10))
      await withUnsafeContinuation { continuation in
        point.rest(Alarm { continuation.resume() })
      }
      return point.isExpired
    }
    #expect(isExpired)
  }

  private final class Alarm: Sleeper {
    private let ring: () -> Void
    init(_ ring: @escaping () -> Void) { self.ring = ring }
    func awaken() { ring() }
  }
}
