import Timekeeping

/// The buckets one request takes from together, narrow before wide: all of them or none.
public struct LimitSet {
  /// One bucket and what the request takes from it.
  public struct Entry {
    /// The bucket.
    public let bucket: Bucket
    /// What is taken.
    public let cost: Int

    /// `cost` units of `bucket`.
    public init(bucket: Bucket, cost: Int) {
      self.bucket = bucket
      self.cost = cost
    }
  }

  /// The buckets in the order they are asked.
  public let entries: [Entry]

  /// A set of these buckets.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// When all have room, and else the index of the bucket that stands longest in the way.
  ///
  /// A bucket that waits for a response counts as one that has room in 100 ms.
  public func availability(at now: Instant) -> (Availability, blocking: Int?) {
    var latest = now
    var found: (Availability, blocking: Int?) = (.now, nil)
    for (index, entry) in entries.enumerated() {
      let answer = entry.bucket.availability(cost: entry.cost, at: now)
      switch answer {
      case .now: continue
      case .never: return (.never, index)
      case .at(let instant) where found.blocking == nil || instant > latest:
        latest = instant
        found = (answer, index)
      case .afterResponse:
        let guess = now.advanced(byNanoseconds: LimitSet.responseGuess)
        if found.blocking == nil || guess > latest {
          latest = guess
          found = (answer, index)
        }
      case .at: continue
      }
    }
    return found
  }

  /// How soon a response is taken to come where it is compared with an instant: 100 ms.
  public static let responseGuess: Int64 = 100_000_000

  /// Takes from all; room must have been asked for at the same instant.
  public func take(token: UInt64, at now: Instant) {
    for entry in entries { entry.bucket.take(cost: entry.cost, token: token, at: now) }
  }

  /// Tells all what became of the request.
  public func settle(_ settlement: Settlement, at now: Instant) {
    for entry in entries { entry.bucket.settle(cost: entry.cost, settlement, at: now) }
  }

  /// Gives all back: the request, whose slots were taken at `taken`, was provably never sent.
  public func refund(token: UInt64, taken: Instant, at now: Instant) {
    for entry in entries {
      entry.bucket.refund(cost: entry.cost, token: token, taken: taken, at: now)
    }
  }
}
