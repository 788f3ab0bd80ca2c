import Timekeeping

extension Int64 {
  /// This number of nanoseconds, slowed by 250 ppm and at least 1: a provider's clock may be slower.
  var slowed: Int64 { clampedAdding(Swift.max(0, self - 1) / 4_000 + 1) }
}

extension Int32 {
  /// Counts of units far beyond any real limit: what is held together stays below `Int32.max`.
  static let mostUnits: Int32 = 1 << 30

  /// `count` within what a counter of units holds, negative for debt.
  init(units count: Int) {
    self = Int32(Swift.max(-Int(Int32.mostUnits), Swift.min(count, Int(Int32.mostUnits))))
  }

  /// The sum, within what a counter of units holds.
  func adding(units count: Int) -> Int32 {
    Int32(units: Int(self) + Int(Int32(units: count)))
  }
}
