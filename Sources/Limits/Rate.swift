/// So many units in so much time: `120/min` is `Rate(allow: 120, per: .seconds(60))`.
public struct Rate: Hashable, Sendable {
  /// Units allowed, at least 1.
  public let allow: Int
  /// The span they are allowed in, longer than zero.
  public let per: Duration

  /// A rate of `allow` units per span.
  ///
  /// - Precondition: `allow` is at least 1 and `per` is longer than zero.
  public init(allow: Int, per: Duration) {
    precondition(allow >= 1 && per > .zero, "a rate needs at least 1 unit and a span, not \(per)")
    self.allow = allow
    self.per = per
  }
}
