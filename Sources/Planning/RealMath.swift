/// Logarithm and exponential without a C library: the same bits on every machine.
enum RealMath {
  private static let ln2 = 0.693_147_180_559_945_3

  /// The natural logarithm of a positive number, to about 14 digits.
  ///
  /// `x = m * 2^e`; `ln m = 2 artanh((m - 1) / (m + 1))` as its series.
  static func logarithm(_ x: Double) -> Double {
    guard x > 0 else { return -.greatestFiniteMagnitude }
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.414 {
      mantissa /= 2
      exponent += 1
    }
    let t = (mantissa - 1) / (mantissa + 1)
    var power = t
    var sum = 0.0
    for odd in stride(from: 1.0, through: 19, by: 2) {
      sum += power / odd
      power *= t * t
    }
    return exponent * ln2 + 2 * sum
  }

  /// `e` to the power `x`, to about 14 digits; kept within the range of a `Double`.
  static func exponential(_ x: Double) -> Double {
    let bounded = max(-700, min(700, x))
    let halvings = (bounded / ln2).rounded()
    let rest = bounded - halvings * ln2
    var term = 1.0
    var sum = 1.0
    for count in 1...16 {
      term *= rest / Double(count)
      sum += term
    }
    return Double(sign: .plus, exponent: Int(halvings), significand: sum)
  }
}
