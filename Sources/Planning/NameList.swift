/// Names one after the other: stated, or numbered from 1.
public enum NameList: Hashable, Sendable {
  /// These names.
  case names([String])
  /// `prefix-1`, `prefix-2` and so on.
  case count(Int, prefix: String)

  /// How many there are.
  public var count: Int {
    switch self {
    case .names(let names): names.count
    case .count(let count, _): count
    }
  }

  /// The name whose turn it is at the request with this number, from 0; nil when there are none.
  public func turn(_ number: Int) -> String? {
    guard count > 0 else { return nil }
    switch self {
    case .names(let names): return names[number % names.count]
    case .count(let count, let prefix): return "\(prefix)-\(number % count + 1)"
    }
  }
}
