import Timekeeping

/// Estimates a sum over many from a few, with the help of what is known of all of them.
///
/// The regression estimator (Cochran, Sampling Techniques, 3rd edition, chapter 7): a sample in
/// which waits more than on average is corrected by as much as what is wanted follows from it.
struct PairedSample {
  private var count = 0
  private var known = 0.0
  private var wanted = 0.0
  private var knownSquares = 0.0
  private var products = 0.0
  private var exact = 0

  /// Adds one of which `value`, not above `size`, is summed, and `size` is known for all.
  mutating func add(_ size: Int, _ value: Int) {
    count += 1
    exact = exact.clampedAdding(value)
    known += Double(size)
    wanted += Double(value)
    knownSquares += Double(size) * Double(size)
    products += Double(size) * Double(value)
  }

  /// The sum of the values of `members`, whose sizes make up `total`; exact if all are in it.
  func sum(of members: Int, total: Int) -> Int {
    guard count > 0 else { return 0 }
    guard count < members else { return min(exact, total) }
    let share = 1 / Double(count)
    let spread = knownSquares - known * known * share
    let slope = spread > 0 ? (products - known * wanted * share) / spread : 0
    let scale = Double(members) * share
    let sum = scale * wanted + slope * (Double(total) - scale * known)
    return Int(min(max(sum, Double(exact)), Double(max(total, exact)), 1e18))
  }
}
