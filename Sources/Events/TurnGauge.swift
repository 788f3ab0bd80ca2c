import Timekeeping

/// How long the turns of a loop took: nobody is served while a turn lasts.
public struct TurnGauge: Sendable {
  private static let span: Duration = .seconds(60)

  private var since = Instant(nanoseconds: .min)
  private var before: Duration = .zero
  private var current: Duration = .zero

  init() {}

  /// The longest turn of the last minute or two.
  public var longest: Duration { max(before, current) }

  mutating func count(from began: Instant, to ended: Instant) {
    if ended - since >= TurnGauge.span {
      before = ended - since >= TurnGauge.span * 2 ? .zero : current
      since = ended
      current = .zero
    }
    current = max(current, ended - began)
  }
}
