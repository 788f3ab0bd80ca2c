/// Finds the valid word a person most likely meant.
public enum Suggestion {
  /// The word nearest to `text`, or nil when none is near enough to be a slip of the hand.
  ///
  /// Near enough is a third of the longer word's length, at least 1 and at most 3 edits: insert,
  /// delete, replace, or swap two neighbours (optimal string alignment). Case does not count.
  public static func nearest(to text: String, among words: [String]) -> String? {
    let read = Array(text.lowercased().utf8)
    guard !read.isEmpty, read.count <= 64 else { return nil }
    var best: (word: String, distance: Int)?
    for word in words {
      let valid = Array(word.lowercased().utf8)
      let allowed = max(1, min(3, max(read.count, valid.count) / 3))
      let distance = distance(read, valid)
      if distance <= allowed, distance < best?.distance ?? .max { best = (word, distance) }
    }
    return best?.word
  }

  /// Edits between two words, a swap of neighbours counting as one.
  static func distance(_ lhs: [UInt8], _ rhs: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...rhs.count)
    for row in lhs.indices {
      var current = [row + 1]
      for column in rhs.indices {
        var edits = min(
          last[column + 1] + 1, current[column] + 1,
          last[column] + (lhs[row] == rhs[column] ? 0 : 1))
        if row > 0, column > 0, lhs[row] == rhs[column - 1], lhs[row - 1] == rhs[column] {
          edits = min(edits, beforeLast[column - 1] + 1)
        }
        current.append(edits)
      }
      beforeLast = last
      last = current
    }
    return last[rhs.count]
  }
}
