/// Which bucket an answer blames, and so whom it is meant for (limits-science.md, section 6.4).
///
/// A code that names a scope is believed, then the name of a bucket, then what is left: a bucket
/// with nothing left is to blame; where every stated bucket has room, one that is not stated is.
struct Blame {
  /// Whom the answer is meant for.
  let scope: Signal.Scope
  /// The provider's name of the bucket.
  let name: String?
  /// The buckets whose reset ends the wait.
  let states: [BucketState]

  init(
    kind: Signal.Kind, verdict: Meaning, name: String?, states: [BucketState],
    room: Signal.Scope, unstated: Signal.Scope
  ) {
    let named = states.filter { name != nil && $0.estimate.name == name }
    let stated = states.filter { $0.isExhausted != nil }
    var guilty = stated.filter { $0.isExhausted == true }
    if let scope = verdict.scope {
      // Where the blamed scope has a bucket of its own, the others do not tell its delay.
      let own = guilty.filter { $0.estimate.scope == scope }
      if !own.isEmpty || stated.contains(where: { $0.estimate.scope == scope }) { guilty = own }
    }
    if stated.isEmpty { guilty = states }
    let ofScope = guilty.filter { verdict.scope == nil || verdict.scope == $0.estimate.scope }
    let last = Self.last(of: stated.isEmpty ? [] : ofScope)
    var isOfBucket = true
    switch kind {
    case .overload, .failure, .lock, .concurrency: isOfBucket = false
    case .limit, .quota, .permanent, .softBlock: break
    }
    // A counter's reset does not tell when an overload or a lock ends.
    self.states = named.isEmpty && isOfBucket ? guilty : named
    self.name = name ?? (isOfBucket ? last?.estimate.name : nil)
    switch kind {
    case .overload: scope = verdict.scope ?? .api
    case .failure, .lock: scope = verdict.scope ?? .narrowest
    case .limit, .quota, .permanent, .softBlock, .concurrency:
      scope =
        verdict.scope ?? named.first?.estimate.scope ?? last?.estimate.scope
        ?? (stated.isEmpty ? unstated : room)
    }
  }

  /// The one that takes longest.
  private static func last(of states: [BucketState]) -> BucketState? {
    states.max { lhs, rhs in
      (lhs.wait ?? lhs.estimate.reset ?? .zero) < (rhs.wait ?? rhs.estimate.reset ?? .zero)
    }
  }
}
