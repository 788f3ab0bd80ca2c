import Timekeeping

/// How far one bucket was used up at most, as the provider would count at the grant.
struct UseMeter {
  /// Parts of a window that are counted apart: a peak is at most this share too low.
  private static let parts: Int64 = 60

  private let measure: UseMeasure
  /// Units by parts of the window, a ring; empty for other measures.
  private var ring: ContiguousArray<Int32> = []
  /// The latest part, or the end of the latest day.
  private var place: Int64 = .min
  /// Units in the window, the day or under way; for a bucket what it lacks.
  private var used = 0.0
  private var latest: Int64 = 0
  /// The largest part of the allowance in use at once.
  private(set) var peak = 0.0

  init(_ measure: UseMeasure) {
    self.measure = measure
    if case .window = measure {
      ring = ContiguousArray(repeating: 0, count: Int(UseMeter.parts))
    }
  }

  /// Units are taken at `now`, which is `wall` nanoseconds after the Unix epoch.
  mutating func take(_ cost: Int, at now: Int64, wall: Int64) {
    switch measure {
    case .window(let allow, let per):
      turn(to: now / max(1, per / UseMeter.parts))
      let index = Int(place % UseMeter.parts)
      ring[index] = Int32(clamping: Int(ring[index]) + cost)
      used += Double(cost)
      peak = max(peak, used / Double(allow))
    case .bucket(let burst, let allow, let per):
      used = max(0, used - Double(now - latest) * Double(allow) / Double(per)) + Double(cost)
      peak = max(peak, used / Double(burst))
    case .concurrency(let allow):
      used += Double(cost)
      peak = max(peak, used / Double(allow))
    case .nothing: break
    case .day(let allow, let zone):
      if wall >= place {
        used = 0
        place = zone.startOfNextDay(after: WallTime(nanoseconds: wall)).nanoseconds
      }
      used += Double(cost)
      peak = max(peak, used / Double(allow))
    }
    latest = now
  }

  /// Units of a limit on what is under way are given back.
  mutating func giveBack(_ cost: Int) { used -= Double(cost) }

  /// Forgets the parts that have left the window.
  private mutating func turn(to part: Int64) {
    guard part > place else { return }
    if place == .min || part - place >= UseMeter.parts {
      for index in ring.indices { ring[index] = 0 }
      used = 0
    } else {
      for gone in place + 1...part {
        let index = Int(gone % UseMeter.parts)
        used -= Double(ring[index])
        ring[index] = 0
      }
    }
    place = part
  }
}
