/// How many threads serve.
public enum WorkerCount: Hashable, Sendable {
  /// As many as there are processors that the process may use.
  case automatic
  /// So many.
  case exactly(Int)

  /// The most there may be.
  public static let most = 64

  /// Reads `auto`, or a number from 1 to `most`; nil for anything else.
  public init?(_ text: String) {
    guard text != "auto" else {
      self = .automatic
      return
    }
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text),
      1...WorkerCount.most ~= number
    else { return nil }
    self = .exactly(number)
  }

  /// What `init` reads.
  public var text: String {
    switch self {
    case .automatic: "auto"
    case .exactly(let number): String(number)
    }
  }

  /// The number of threads on a machine where the process may use so many processors.
  public func number(processors: Int) -> Int {
    switch self {
    case .automatic: min(max(1, processors), WorkerCount.most)
    case .exactly(let number): number
    }
  }
}
