import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

/// Everything at once, by callers and a provider that do whatever they like.
@Suite struct MixedStressTests {
  @Test(arguments: [true, false], [1, 5, 9, 34] as [UInt64])
  func `Whatever callers and provider do nothing wedges or leaks`(isWild: Bool, seed: UInt64) {
    let run = MixedRun(seed: seed, isWild: isWild)
    for step in 0..<6_000 {
      run.step()
      guard step % 40 == 0 else { continue }
      run.rest()
      run.checkBooks(step)
      let lost = run.lost()
      #expect(lost.isEmpty, "no timer at \(step), seed \(seed): \(lost)")
      let idlers = run.idlers()
      #expect(idlers.isEmpty, "lost wake-ups at \(step), seed \(seed): \(idlers)")
      if !lost.isEmpty || !idlers.isEmpty { return }
    }
    run.finish()
    #expect(run.granted > 10, "\(run.granted)")
    #expect(run.notices < 6_000, "\(run.notices)")
    for (name, list) in run.arrivals {
      guard let index = Int(name.prefix { $0 != " " }), let worst = Self.worst(index, list) else {
        continue
      }
      #expect(worst.used <= worst.allow, "\(name) seed \(seed)")
    }
  }

  /// The most units any window of the provider counted.
  static func worst(_ index: Int, _ list: [(time: Int64, cost: Int)]) -> (used: Int, allow: Int)? {
    let (allow, span): (Int, Int64)
    switch MixedRun.rules()[index].kind {
    case .slidingWindow(let rate), .unknown(let rate):
      (allow, span) = (rate.allow, rate.per.wholeNanoseconds)
    case .spacing(let every, _, _): (allow, span) = (1, every.wholeNanoseconds)
    case .tokenBucket(let rate, let burst, _):
      var tokens = Double(burst)
      var last = Int64.min
      var least = tokens
      let pace = Double(rate.allow) / Double(rate.per.wholeNanoseconds)
      for item in list.sorted(by: { $0.time < $1.time }) {
        if last != .min { tokens = min(Double(burst), tokens + Double(item.time - last) * pace) }
        last = item.time
        tokens -= Double(item.cost)
        least = min(least, tokens)
      }
      return (least < -1e-6 ? 1 : 0, 0)
    default: return nil
    }
    let sorted = list.sorted { $0.time < $1.time }
    var first = 0
    var sum = 0
    var most = 0
    let isSpacing = span == 1_000_000_000
    for item in sorted {
      sum += isSpacing ? 1 : item.cost
      while item.time - sorted[first].time >= span {
        sum -= isSpacing ? 1 : sorted[first].cost
        first += 1
      }
      most = max(most, sum)
    }
    return (most, allow)
  }
}
