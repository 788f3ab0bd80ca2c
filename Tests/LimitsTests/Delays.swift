import Seeding

/// How long requests and answers travel.
enum Delays: String, CaseIterable, Sendable {
  case uniform, lognormal, spikes, reordering, lost

  /// One way, in nanoseconds.
  func draw(_ random: inout SplitMix64) -> Int64 {
    switch self {
    case .uniform, .lost: return 25_000_000 + Int64(random.unit() * 75_000_000)
    case .lognormal:
      // A sum of uniforms is close enough to a normal, and needs no logarithm.
      var normal = -6.0
      for _ in 0..<12 { normal += random.unit() }
      var factor = 1.0
      var power = 1.0
      for term in 1...12 {
        power *= normal * 0.6 / Double(term)
        factor += power
      }
      return Int64(40_000_000 * max(0.05, factor))
    case .spikes:
      return random.unit() < 0.01 ? 5_000_000_000 : 25_000_000 + Int64(random.unit() * 75_000_000)
    case .reordering: return 1_000_000 + Int64(random.unit() * 900_000_000)
    }
  }

  /// No round trip is shorter, in nanoseconds.
  var floor: Int64 {
    switch self {
    case .uniform, .spikes, .lost: 50_000_000
    case .lognormal: 4_000_000
    case .reordering: 2_000_000
    }
  }

  /// The slowest way is so much longer than the fastest.
  var spread: Duration {
    switch self {
    case .uniform, .lost: .milliseconds(75)
    case .lognormal: .milliseconds(1_600)
    case .spikes: .milliseconds(4_975)
    case .reordering: .milliseconds(900)
    }
  }
}
