import Policy

extension Reading {
  /// How large, how many and how long anything may be.
  mutating func bounds(_ item: Item) -> Bounds {
    var bounds = Bounds()
    guard let words = words(item, in: "bounds", allowed: BoundWord.all.map(\.word)) else {
      return bounds
    }
    for bound in BoundWord.all {
      guard let entry = words[bound.word],
        let text = text(entry.value, for: bound.word, allowed: bound.allowed)
      else { continue }
      do {
        try bound.set(text, in: &bounds)
      } catch {
        faults.add(entry.value.position, error.reason)
      }
    }
    for (small, large) in BoundWord.ordered { check(small, atMost: large, in: bounds, words) }
    return bounds
  }

  private mutating func check(
    _ small: String, atMost large: String, in bounds: Bounds, _ words: Words
  ) {
    guard let low = size(small, in: bounds), let high = size(large, in: bounds), low > high,
      let entry = words[large] ?? words[small]
    else { return }
    faults.add(
      entry.value.position,
      "\(small) is \(SizeText.text(low)) and \(large) is \(SizeText.text(high)), allowed: "
        + "\(large) at least \(small)")
  }

  private func size(_ word: String, in bounds: Bounds) -> Int? {
    for bound in BoundWord.all where bound.word == word {
      if case .size(let path, _) = bound.kind { return bounds[keyPath: path] }
    }
    return nil
  }
}
