/// What one run of a row measured.
struct Outcome {
  /// An arrival the provider did not take.
  struct Violation {
    var instant: Int64
    var evidence: [Int64]
  }

  /// When each request was sent.
  var sends: [Int64] = []
  var violations = 0
  var first: Violation?
  /// Refusals of the engine, of which there must be none.
  var refusals: [String] = []
  /// Set where the engine stopped making progress.
  var isWedged = false
  /// The mean time from a send until its slot began to run out, in nanoseconds.
  var meanHold = 0.0
  /// The mean time a slot that had run out waited for the event loop, in nanoseconds.
  var meanLate = 0.0

  /// Units for each nanosecond, from the mean send of the first `lag` requests after `skip` to the
  /// mean send of the last `lag`: what starts and ends in the middle of a window does not count.
  func rate(skip: Int, lag: Int) -> Double {
    guard sends.count >= skip + 2 * lag, let base = sends.first else { return 0 }
    let mean = { (part: ArraySlice<Int64>) in
      part.reduce(0.0) { $0 + Double($1 - base) } / Double(lag)
    }
    let span = mean(sends[(sends.count - lag)...]) - mean(sends[skip..<(skip + lag)])
    return Double(sends.count - skip - lag) / span
  }
}
