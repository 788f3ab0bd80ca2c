/// A point on this machine's monotonic clock, in whole nanoseconds since an arbitrary origin.
///
/// Everything that decides takes an `Instant` as `at now:`; only `EventLoop` reads the clock.
/// Arithmetic saturates: an instant can be "the end of time" (`.distantFuture`) but never wraps.
public struct Instant: Hashable, Comparable, Sendable {
  /// Nanoseconds since the clock's origin.
  public var nanoseconds: Int64

  /// The instant so many nanoseconds after the clock's origin.
  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Later than every instant that occurs: "no clock time helps".
  public static let distantFuture = Instant(nanoseconds: .max)

  /// Whether `lhs` comes before `rhs`.
  @inlinable public static func < (lhs: Instant, rhs: Instant) -> Bool {
    lhs.nanoseconds < rhs.nanoseconds
  }

  /// The instant `span` after `lhs`, saturating.
  @inlinable public static func + (lhs: Instant, span: Duration) -> Instant {
    lhs.advanced(byNanoseconds: span.wholeNanoseconds)
  }

  /// The instant `span` before `lhs`, saturating.
  @inlinable public static func - (lhs: Instant, span: Duration) -> Instant {
    Instant(nanoseconds: lhs.nanoseconds.clampedSubtracting(span.wholeNanoseconds))
  }

  /// The span from `rhs` to `lhs`; negative when `lhs` is earlier.
  @inlinable public static func - (lhs: Instant, rhs: Instant) -> Duration {
    Duration(nanoseconds: lhs.nanoseconds(since: rhs))
  }

  /// The instant `count` nanoseconds later (earlier when negative), saturating.
  @inlinable public func advanced(byNanoseconds count: Int64) -> Instant {
    Instant(nanoseconds: nanoseconds.clampedAdding(count))
  }

  /// Nanoseconds from `earlier` to this instant, saturating.
  @inlinable public func nanoseconds(since earlier: Instant) -> Int64 {
    nanoseconds.clampedSubtracting(earlier.nanoseconds)
  }
}
