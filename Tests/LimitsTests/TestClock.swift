import Limits
import Timekeeping

/// Milliseconds after the clock's origin.
func ms(_ count: Int64) -> Instant { Instant(nanoseconds: count * 1_000_000) }

/// A seeded generator for tests.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}

func perMinute(_ allow: Int) -> Rate { Rate(allow: allow, per: .seconds(60)) }
