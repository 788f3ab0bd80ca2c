/// Names credentials by the order of their appearance, so that a log can tell them apart without
/// holding a letter of them.
struct KeyLabels: Sendable {
  private let capacity: Int
  private var labels: [String: String] = [:]

  init(capacity: Int = 100_000) { self.capacity = capacity }

  /// `key-1` for the first credential seen; `key-other` once `capacity` are known.
  mutating func label(of credential: String) -> String {
    if let label = labels[credential] { return label }
    guard labels.count < capacity else { return "key-other" }
    let label = "key-\(labels.count + 1)"
    labels[credential] = label
    return label
  }

  /// The credential that has `label`; nil when none has.
  func credential(of label: String) -> String? { labels.first { $0.value == label }?.key }
}
