/// Collects faults; a hopeless file stops at 1,000 of them.
struct FaultList {
  static let most = 1_000

  let file: String
  private var found: [Diagnostic] = []

  init(file: String) { self.file = file }

  var isEmpty: Bool { found.isEmpty }

  /// The faults in the file's order; those at one place in the order they were found.
  var diagnostics: [Diagnostic] {
    found.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset)
        < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }

  mutating func add(_ position: Position, _ message: String) {
    guard found.count < FaultList.most else { return }
    found.append(
      Diagnostic(file: file, line: position.line, column: position.column, message: message))
  }

  mutating func add(contentsOf other: FaultList) {
    found.append(contentsOf: other.found)
  }
}
