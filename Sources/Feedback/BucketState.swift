/// What an answer states about one bucket, with what is needed to judge the answer itself.
struct BucketState {
  var estimate: Estimate
  /// How long until the bucket has what this request asked for, where the answer tells.
  var wait: Duration?

  /// Whether the bucket has nothing left, or not enough; nil when the answer does not say.
  var isExhausted: Bool? {
    if let wait { return wait > .zero }
    return estimate.remaining.map { $0 == 0 }
  }

  /// The stated reset, where it is a time to send.
  var timeToSend: Duration? { estimate.meaning == .full ? nil : estimate.reset }
}
