import Seeding
import Testing
import Timekeeping

@Suite struct DurationTests {
  @Test(
    arguments: [
      (.nanoseconds(0), 0), (.nanoseconds(1), 1), (.nanoseconds(-1), -1),
      (Duration(secondsComponent: 0, attosecondsComponent: 999_999_999), 0),
      (Duration(secondsComponent: 0, attosecondsComponent: -999_999_999), 0),
      (Duration(secondsComponent: 1, attosecondsComponent: 1), 1_000_000_000),
      (Duration(secondsComponent: -1, attosecondsComponent: -1), -1_000_000_000),
      (Duration(nanoseconds: .max), .max), (Duration(nanoseconds: .min), .min),
      (Duration(nanoseconds: .max) + .nanoseconds(1), .max),
      (Duration(nanoseconds: .min) - .nanoseconds(1), -.max),
      (.seconds(Int64.max), .max), (.seconds(Int64.min), -.max),
    ] as [(Duration, Int64)])
  func `A span is counted in whole nanoseconds`(span: Duration, count: Int64) {
    #expect(span.wholeNanoseconds == count)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Any span is cut off towards zero`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<10_000 {
      let count = Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
      #expect(Duration(nanoseconds: count) == .nanoseconds(count), "seed \(seed)")
      #expect(Duration(nanoseconds: count).wholeNanoseconds == count, "seed \(seed)")
      let part = Int64(random.next() % 1_000_000_000) * (count < 0 ? -1 : 1)
      let span = Duration(nanoseconds: count / 2)
      let longer = span + Duration(secondsComponent: 0, attosecondsComponent: part)
      #expect(longer.wholeNanoseconds == count / 2, "seed \(seed), \(longer)")
    }
  }

  @Test func `Instants saturate at both ends`() {
    let now = Instant(nanoseconds: 5)
    #expect(now - Duration(nanoseconds: .min) == .distantFuture)
    #expect(now - Duration(nanoseconds: .max) == Instant(nanoseconds: 5 - .max))
    #expect(now + Duration(nanoseconds: .max) == .distantFuture)
  }
}
