import Seeding

/// How requests and answers travel, and how the clocks and the event loop behave
/// (limits-science.md section 9, 1 and 2).
enum DelayModel: String, CaseIterable, Sendable {
  /// Round trips of 50 to 200 ms.
  case uniform
  /// A median of 40 ms each way with a long tail, up to 900 ms.
  case lognormal
  /// 1 % of the answers take 5 s.
  case spikes
  /// 1 % of the requests take 5 s to arrive; written once the other side has acknowledged them.
  case retransmits
  /// 1 to 900 ms each way, independent: requests and answers overtake each other.
  case reordering
  /// 0.5 % of the requests have no answer, and half of those never arrive; given up after 10 s.
  case lost
  /// The event loop stops for 2 s every 100 s, and 0.2 % of the sends wait 2 s after the decision.
  case stalls
  /// The provider's clock is 200 ppm fast.
  case fastClock
  /// The provider's clock is 200 ppm slow.
  case slowClock

  static let second: Int64 = 1_000_000_000
  static let patience: Int64 = 10 * second
  static let stallEvery: Int64 = 100 * second
  static let stallSpan: Int64 = 2 * second

  /// The difference between the longest and the shortest way from decision to arrival.
  var spread: Int64 {
    switch self {
    case .uniform, .spikes, .lost, .fastClock, .slowClock: 75_000_000
    case .lognormal, .reordering: 900_000_000
    case .retransmits: 5_075_000_000
    case .stalls: 2_075_000_000
    }
  }

  /// Whether requests may be under way for seconds.
  var isSlow: Bool { self == .spikes || self == .retransmits || self == .lost }

  /// How far the provider's clock runs ahead, in nanoseconds for each millisecond.
  var drift: Int64 {
    switch self {
    case .fastClock: 200
    case .slowClock: -200
    default: 0
    }
  }

  func draw(_ random: inout SplitMix64) -> Trip {
    let even = { (random: inout SplitMix64) in 25_000_000 + Int64(random.unit() * 75_000_000) }
    switch self {
    case .uniform, .fastClock, .slowClock: return Trip(arrival: even(&random), down: even(&random))
    case .lognormal:
      return Trip(
        arrival: DelayModel.lognormal(&random), down: DelayModel.lognormal(&random))
    case .spikes:
      let extra = random.unit() < 0.01 ? 5 * DelayModel.second : 0
      return Trip(arrival: even(&random), down: even(&random) + extra)
    case .retransmits:
      let extra = random.unit() < 0.01 ? 5 * DelayModel.second : 0
      let arrival = even(&random) + extra
      return Trip(written: extra, arrival: arrival, down: even(&random))
    case .reordering:
      return Trip(
        arrival: 1_000_000 + Int64(random.unit() * 899_000_000),
        down: 1_000_000 + Int64(random.unit() * 899_000_000))
    case .lost:
      let fate = random.unit()
      return Trip(
        arrival: even(&random), down: even(&random), arrives: fate >= 0.0025,
        isAnswered: fate >= 0.005)
    case .stalls:
      let wait = random.unit() < 0.002 ? DelayModel.stallSpan : 0
      return Trip(written: wait, arrival: wait + even(&random), down: even(&random))
    }
  }

  /// How long the event loop still stands still at `time`; 0 when it runs.
  func stall(at time: Int64, seed: UInt64) -> Int64 {
    guard self == .stalls else { return 0 }
    let period = time / DelayModel.stallEvery
    var random = SplitMix64(seed: seed ^ UInt64(bitPattern: period) &* 0x9E37_79B9)
    let free = UInt64(DelayModel.stallEvery - DelayModel.stallSpan)
    let start = period * DelayModel.stallEvery + Int64(random.next() % free)
    return time >= start && time < start + DelayModel.stallSpan
      ? start + DelayModel.stallSpan - time : 0
  }

  /// The share of the time the event loop stands still.
  var stalledShare: Double {
    self == .stalls ? Double(DelayModel.stallSpan) / Double(DelayModel.stallEvery) : 0
  }

  private static func lognormal(_ random: inout SplitMix64) -> Int64 {
    // A sum of uniforms is close enough to a normal, and needs no logarithm.
    var normal = -6.0
    for _ in 0..<12 { normal += random.unit() }
    var factor = 1.0
    var power = 1.0
    for term in 1...12 {
      power *= normal * 0.6 / Double(term)
      factor += power
    }
    return min(900_000_000, Int64(40_000_000 * max(0.05, factor)))
  }
}
