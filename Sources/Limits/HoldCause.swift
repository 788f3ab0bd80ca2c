/// Why a scope is blocked: it decides how long a block lasts when the answer states nothing, and
/// how far repeated blocks grow (limits-science.md 6.4 and 8).
public enum HoldCause: UInt8, Hashable, Sendable, CaseIterable {
  /// An ordinary limit: 1 s, doubling to 5 min.
  case limit
  /// A quota until a date: 15 min when no date is stated, doubling to 1 h.
  case quota
  /// A soft block of an account: 60 s, doubling to 1 h.
  case softBlock
  /// The provider is overloaded, no limit of ours is: 250 ms, doubling to 20 s.
  case overload
  /// A key or account the provider turned away: tried again after 60 s, doubling to 1 h.
  case out
  /// A batch whose first request failed: 60 s.
  case batch

  /// The first block in nanoseconds, where the answer states none.
  var first: Int64 {
    switch self {
    case .limit: 1_000_000_000
    case .quota: 900_000_000_000
    case .softBlock, .out, .batch: 60_000_000_000
    case .overload: 250_000_000
    }
  }

  /// The longest block in nanoseconds that repetition leads to.
  var longest: Int64 {
    switch self {
    case .limit: 300_000_000_000
    case .quota, .softBlock, .out: 3_600_000_000_000
    case .overload: 20_000_000_000
    case .batch: 60_000_000_000
    }
  }
}
