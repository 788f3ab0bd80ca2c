import Limits

/// Which bucket counts all that another one counts.
extension AdmissionEngine {
  /// Whether a flow may keep room at `lower` while it waits at `upper`.
  ///
  /// Buckets that cover each other are put in one order, so that no two flows ever keep what the
  /// other waits for.
  func isAbove(_ upper: Int, _ lower: Int) -> Bool {
    guard covers(upper, lower) else { return false }
    return !covers(lower, upper) || rooms[upper].key.rule < rooms[lower].key.rule
  }

  /// Whether whoever takes from `narrow` takes from `wide` too: then nobody at `narrow` loses when
  /// it keeps room for one who waits at `wide`, and its waiters need not all move there.
  func covers(_ wide: Int, _ narrow: Int) -> Bool {
    let wideKey = rooms[wide].key
    let narrowKey = rooms[narrow].key
    guard wideKey.api == narrowKey.api, wideKey.rule != BucketKey.endpointGate,
      wideKey.rule != BucketKey.batchGate
    else { return false }
    let api = Int(wideKey.api)
    var dimensions = scope(of: wideKey)
    if !apis[api].hasManyKeys { dimensions.remove(.key) }
    guard dimensions.isSubset(of: scope(of: narrowKey)) else { return false }
    guard wideKey.rule >= 0 else { return true }
    if narrowKey.rule < 0 { return apis[api].facts[Int(wideKey.rule)].countsAll }
    return apis[api].covers[Int(wideKey.rule)][Int(narrowKey.rule)]
  }
}
