import Timekeeping

/// A certificate made for one host.
struct Leaf {
  let certificate: Certificate
  /// When it becomes valid.
  let notBefore: WallTime
  /// When a new one is made: after half of its life.
  let renewal: WallTime
  /// When it expires.
  let notAfter: WallTime
}
