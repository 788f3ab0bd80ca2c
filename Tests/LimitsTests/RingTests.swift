import Seeding
import Testing
import Timekeeping

@testable import Limits

@Suite struct RingTests {
  /// The same, kept as a plain list.
  private struct Plain {
    var slots: [(release: Int64, units: Int)] = []

    var units: Int { slots.reduce(0) { $0 + $1.units } }

    mutating func remove(_ count: Int, newest: Bool) {
      var rest = count
      while rest > 0, !slots.isEmpty {
        let place = newest ? slots.count - 1 : 0
        let taken = min(rest, slots[place].units)
        slots[place].units -= taken
        rest -= taken
        if slots[place].units == 0 { slots.remove(at: place) }
      }
    }

    func release(of count: Int) -> Int64? {
      var sum = 0
      for slot in slots {
        sum += slot.units
        if sum >= count { return slot.release }
      }
      return nil
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `The ring is a plain list of releases`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // Up to 2 s a tick is 1 ns, up to an hour 2 us.
    let span: Int64 = seed.isMultiple(of: 2) ? 1_000_000_000 : 3_600_000_000_000
    let tick = span > 2_000_000_000 ? Int64(2_048) : 1
    var ring = ReleaseRing(longest: span)
    var plain = Plain()
    var now: Int64 = Int64(random.next() >> 20)
    for step in 0..<20_000 {
      now += Int64(random.unit() * Double(span) / (step % 500 == 0 ? 0.7 : 20))
      let instant = Instant(nanoseconds: now)
      ring.forget(until: instant)
      plain.slots.removeAll { $0.release <= now }
      let count = 1 + Int(random.next() % 5)
      switch random.next() % 6 {
      case 0:
        ring.removeOldest(count)
        plain.remove(count, newest: false)
      case 1:
        ring.removeNewest(count)
        plain.remove(count, newest: true)
      case 2:
        ring.addToOldest(count)
        if !plain.slots.isEmpty { plain.slots[0].units += count }
      default:
        let release = (now + span + tick - 1) / tick * tick
        ring.append(count, release: now + span, most: 8)
        plain.slots.append((max(release, plain.slots.last?.release ?? 0), count))
      }
      #expect(ring.units == plain.units && ring.isEmpty == plain.slots.isEmpty, "seed \(seed)")
      for units in [1, count, plain.units] where units > 0 {
        let expected = plain.release(of: units).map { Instant(nanoseconds: $0) }
        #expect(ring.release(of: units) == expected, "seed \(seed) step \(step)")
      }
      #expect(ring.release(of: plain.units + 1) == nil)
    }
  }

  @Test func `A ring bears the ends of time`() {
    var ring = ReleaseRing(longest: .max)
    ring.append(.max, release: .max, quantum: .max / 1024, most: 1)
    ring.append(.max, release: .max, most: 1)
    #expect(ring.units == Int(Int32.mostUnits))
    ring.addToOldest(.max)
    ring.forget(until: ms(5))
    #expect(ring.release(of: 1) != nil)
    ring.removeNewest(.max)
    #expect(ring.isEmpty)
  }
}
