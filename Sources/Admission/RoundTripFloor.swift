import Timekeeping

/// The smallest round trip the network has lately shown: the credit of rule T2
/// (limits-science.md 3.2).
///
/// A smaller one counts at once. One that is not confirmed is forgotten after 5 to 10 minutes; then
/// the smallest of the latest 5 minutes counts, so that a shorter path that is gone costs nothing
/// for ever. None is known at first: no credit.
struct RoundTripFloor {
  static let span: Int64 = 300_000_000_000

  private var smallest = Int64.max
  private var earlier = Int64.max
  private var since = Int64.min

  mutating func learn(_ floor: Int64, at now: Instant) {
    roll(now)
    smallest = min(smallest, max(0, floor))
  }

  /// The credit in nanoseconds; 0 while nothing is known.
  mutating func credit(at now: Instant) -> Int64 {
    roll(now)
    let least = min(smallest, earlier)
    return least == .max ? 0 : least
  }

  private mutating func roll(_ now: Instant) {
    guard since == .min || now.nanoseconds - since >= RoundTripFloor.span else { return }
    let isOld = since == .min || now.nanoseconds - since >= 2 * RoundTripFloor.span
    earlier = isOld ? .max : smallest
    smallest = .max
    since = now.nanoseconds
  }
}
