import Limits
import Timekeeping

/// When the requests of one part arrive, counted from the plan's start.
public struct Arrivals: Hashable, Sendable {
  /// How they follow each other.
  public enum Pattern: Hashable, Sendable {
    /// At equal distances.
    case even(Rate)
    /// At random, independently of each other, so many in a span on average.
    case poisson(Rate)
    /// So many at once.
    case burst(Int)
    /// At these times.
    case times([Duration])
  }

  /// How they follow each other.
  public var pattern: Pattern
  /// When the pattern begins.
  public var from: Duration
  /// When it ends; nil means with the plan.
  public var until: Duration?
  /// After how many requests it ends; nil means never.
  public var count: Int?

  /// Arrivals in a pattern.
  public init(
    _ pattern: Pattern, from: Duration = .zero, until: Duration? = nil, count: Int? = nil
  ) {
    self.pattern = pattern
    self.from = from
    self.until = until
    self.count = count
  }

  /// Whether they end by themselves.
  public var isFinite: Bool {
    switch pattern {
    case .burst, .times: true
    case .even, .poisson: until != nil || count != nil
    }
  }
}
