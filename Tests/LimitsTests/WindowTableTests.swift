import Seeding
import Testing
import Timekeeping

@testable import Limits

@Suite struct WindowTableTests {
  private let perTen = Rate(allow: 3, per: .seconds(10))

  @Test func `An aligned window charges what may straddle to both`() {
    let kind = LimitKind.fixedWindow(
      rate: perTen, start: .aligned(offset: .seconds(2), delta: .milliseconds(500)))
    // The window runs from 2 s to 12 s; 501 ms of doubt on both sides.
    check(
      kind, wall: WallTime(secondsSinceEpoch: 2),
      [
        Row(0, .take(1), .now, left: 2),
        Row(9_000, .response(1), .now, left: 2),
        Row(9_000, .take(1), .now, left: 1),
        Row(9_600, .response(1), .now, left: 1),
        Row(10_400, .take(1), .at(ms(10_501)), left: 0),
        Row(10_500, .look, .at(ms(10_501)), left: 0),
        // The one answered at 9.6 s and the one in flight may be in the new window.
        Row(10_501, .look, .now, left: 1),
        Row(10_501, .take(1), .at(ms(20_501)), left: 0),
        Row(10_600, .response(1), .at(ms(20_501)), left: 0),
        Row(10_700, .refund(1, taken: 10_400), .now, left: 1),
        Row(20_501, .look, .now, left: 3),
      ])
  }

  @Test func `A doubt of a quarter window makes the alignment unknown`() {
    let kind = LimitKind.fixedWindow(
      rate: perTen, start: .aligned(offset: .zero, delta: .milliseconds(2_500)))
    guard case .slidingWindow = LimitState(kind, at: ms(0), wall: WallTime(nanoseconds: 0)) else {
      Issue.record("held by windows it cannot know")
      return
    }
  }

  @Test func `A first-request window ends a window and slack after the first response`() {
    check(
      .fixedWindow(rate: perTen, start: .firstRequest),
      [
        Row(0, .take(2), .now, left: 1),
        Row(100, .response(1), .now, left: 1),
        Row(3_000, .take(1), .at(ms(10_130)), left: 0),
        Row(3_100, .response(1), .at(ms(10_130)), left: 0),
        // In flight since the start: charged to the next window as well.
        Row(10_130, .look, .now, left: 2),
        Row(10_200, .take(1), .now, left: 1),
        Row(10_300, .response(1), .now, left: 1),
        Row(10_400, .take(1), .afterResponse, left: 0),
        Row(10_500, .response(1), .at(ms(20_530)), left: 0),
        Row(20_530, .look, .now, left: 2),
      ])
  }

  @Test func `A first-request window slower than its span does not wedge`() {
    check(
      .fixedWindow(rate: Rate(allow: 2, per: .seconds(1)), start: .firstRequest),
      [
        Row(0, .take(2), .afterResponse, left: 0),
        Row(3_000, .response(1), .at(ms(4_003)), left: 0),
        Row(3_000, .response(1), .at(ms(4_003)), left: 0),
        Row(4_003, .look, .at(ms(5_006)), left: 0),
        Row(5_006, .look, .now, left: 2),
      ])
  }

  @Test func `Two counters bear even pacing of N - 2`() {
    check(
      .twoCounterWindow(rate: perMinute(8), spread: .milliseconds(150)),
      [
        Row(0, .take(1), .at(Instant(nanoseconds: 10_052_512_500)), left: 0),
        Row(100, .response(1), .at(Instant(nanoseconds: 10_052_512_500)), left: 0),
        Row(10_053, .take(1), .at(Instant(nanoseconds: 20_105_512_500)), left: 0),
        Row(10_060, .refund(1, taken: 10_053), .now, left: 1),
      ])
    #expect(TwoCounterWindow.interval(allow: 2, window: 1_000, spread: 100) == 1_201)
    #expect(TwoCounterWindow.interval(allow: 1, window: 1_000, spread: 100) == 2_402)
    #expect(TwoCounterWindow.interval(allow: .max, window: .max, spread: .max) >= 1)
  }

  @Test func `A short window ends earlier by the round trip's floor`() {
    check(
      .slidingWindow(rate: Rate(allow: 1, per: .seconds(1))),
      [
        Row(0, .take(1), .afterResponse, left: 0),
        Row(100, .credited(1, ms: 50), .at(ms(1_053)), left: 0),
      ])
    check(
      .slidingWindow(rate: Rate(allow: 1, per: .seconds(10))),
      [
        Row(0, .take(1), .afterResponse, left: 0),
        Row(100, .credited(1, ms: 50), .at(ms(10_130)), left: 0),
      ])
    check(
      .spacing(every: .seconds(2)),
      [
        Row(0, .take(1), .afterResponse, left: 0),
        Row(100, .credited(1, ms: 50), .at(Instant(nanoseconds: 2_050_500_000)), left: 0),
      ])
  }

  @Test func `Even pace spreads a window and what is left of a day`() {
    check(
      .slidingWindow(rate: perMinute(6)), pace: .even,
      [
        Row(0, .take(1), .at(ms(10_000)), left: 0),
        Row(100, .response(1), .at(ms(10_000)), left: 0),
        Row(15_000, .take(2), .at(ms(35_000)), left: 0),
        Row(15_100, .refund(2, taken: 15_000), .now, left: 5),
      ])
    // At 12:00 four units are left for twelve hours: one every three, then none until midnight.
    let hour: Int64 = 3_600_000
    check(
      .calendar(allow: 4), pace: .even, wall: WallTime(secondsSinceEpoch: 43_200),
      [
        Row(0, .take(1), .at(ms((12 * hour + 1_500) / 3)), left: 0),
        Row(100, .response(1), .at(ms((12 * hour + 1_500) / 3)), left: 0),
        Row(8 * hour, .take(1), .at(ms(10 * hour + 750)), left: 0),
        Row(8 * hour, .response(1), .at(ms(10 * hour + 750)), left: 0),
        Row(12 * hour + 1_500, .look, .now, left: 4),
      ])
  }

  @Test func `Of an unknown algorithm both the window and nine tenths of its pace are kept`() {
    check(
      .unknown(rate: perMinute(3)),
      [
        Row(0, .take(1), .at(ms(18_000)), left: 0),
        Row(18_000, .take(1), .at(ms(36_000)), left: 0),
        Row(36_000, .take(1), .afterResponse, left: 0),
        Row(36_100, .response(3), .at(ms(96_130)), left: 0),
      ])
  }

  @Test func `Jitter goes upwards only, and follows from the seed`() {
    func gaps(_ seed: UInt64) -> [Int64] {
      var state = LimitState(
        .spacing(every: .milliseconds(100), jitter: 20, spread: .milliseconds(10)), at: ms(0),
        wall: WallTime(nanoseconds: 0), seed: seed)
      var now = ms(0)
      return (0..<200).map { _ in
        state.take(cost: 1, at: now)
        guard case .at(let next) = state.availability(cost: 1, at: now) else { return 0 }
        defer { now = next }
        return next.nanoseconds(since: now)
      }
    }
    let found = gaps(1)
    #expect(found.allSatisfy { (110_000_000...130_000_000).contains($0) })
    #expect(Set(found).count > 150)
    #expect((found.max() ?? 0) - (found.min() ?? 0) > 15_000_000)
    #expect(gaps(1) == found && gaps(2) != found)
  }

  @Test func `A request of unknown outcome holds its place as long as the provider may work`() {
    check(
      .concurrency(allow: 3, hold: .seconds(60)),
      [
        Row(0, .take(1), .now, left: 2),
        Row(0, .take(2), .afterResponse, left: 0),
        Row(100, .unknown(1), .at(ms(60_100)), left: 0),
        Row(200, .response(1), .at(ms(60_100)), left: 0),
        Row(300, .cut(1), .at(ms(60_100)), left: 0),
        Row(400, .finished(1), .at(ms(420)), left: 0),
        Row(420, .look, .now, left: 1),
        Row(60_300, .look, .now, left: 3),
      ])
  }

  @Test func `A cost that turns out smaller frees room, and a larger one makes debt`() {
    check(
      .slidingWindow(rate: perMinute(10)),
      [
        Row(0, .take(8), .now, left: 2),
        Row(100, .response(8), .now, left: 2),
        Row(100, .adjust(5), .now, left: 7),
        Row(200, .adjust(-12), .at(ms(60_200 + 30)), left: 0),
        Row(60_230, .look, .now, left: 10),
      ])
    check(
      .tokenBucket(rate: perMinute(60), burst: 10),
      [
        Row(0, .take(8), .now, left: 2), Row(0, .response(8), .now, left: 2),
        Row(0, .adjust(5), .now, left: 7),
        Row(0, .adjust(-10), .at(Instant(nanoseconds: 4 * 1_000_250_000)), left: 0),
      ])
    check(
      .calendar(allow: 100), wall: WallTime(secondsSinceEpoch: 43_200),
      [
        Row(0, .take(100), .at(ms(43_201_500)), left: 0),
        Row(50, .response(100), .at(ms(43_201_500)), left: 0),
        Row(50, .adjust(63), .now, left: 63), Row(60, .adjust(-70), .at(ms(43_201_500)), left: 0),
      ])
  }

  @Test func `A smaller limit holds at once, a larger one from the next release`() {
    check(
      .slidingWindow(rate: perMinute(10)),
      [
        Row(0, .take(4), .now, left: 6), Row(100, .response(4), .now, left: 6),
        Row(200, .resize(4), .at(ms(60_130)), left: 0),
        Row(300, .resize(10), .at(ms(60_130)), left: 0), Row(60_130, .look, .now, left: 10),
      ])
    check(
      .tokenBucket(rate: perMinute(60), burst: 10),
      [
        Row(0, .resize(5), .now, left: 5), Row(0, .take(5), .afterResponse, left: 0),
        Row(0, .response(5), .at(Instant(nanoseconds: 2 * 1_000_250_000)), left: 0),
        Row(0, .resize(10), .at(Instant(nanoseconds: 1_000_250_000)), left: 0),
      ])
    check(
      .concurrency(allow: 4),
      [
        Row(0, .take(2), .now, left: 2), Row(0, .resize(2), .afterResponse, left: 0),
        Row(0, .resize(4), .now, left: 2),
      ])
  }

  @Test func `A bucket with a window of six slots stays below 200 bytes`() {
    #expect(MemoryLayout<LimitState>.size <= 57)
    let object = MemoryLayout<Limits.Bucket>.size
    // The slots: an array of six times 8 bytes behind a header of 32; 8 of the allocator for each.
    #expect(object + 8 + 32 + 6 * MemoryLayout<UInt64>.size + 8 <= 200, "\(object)")
  }
}
