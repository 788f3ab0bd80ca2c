/// Collects faults; a hopeless file stops at 1,000 of them.
struct FaultList {
  static let most = 1_000

  let file: String
  private var found: [Diagnostic] = []

  init(file: String) { self.file = file }

  var isEmpty: Bool { found.isEmpty }

  /// The faults in the file's order, then those of each other file in that file's order.
  ///
  /// Faults at one place stand in the order they were found.
  var diagnostics: [Diagnostic] {
    var ranks = [file: 0]
    for fault in found where ranks[fault.file] == nil { ranks[fault.file] = ranks.count }
    return found.enumerated().map { (rank: ranks[$0.element.file] ?? 0, fault: $0) }.sorted {
      ($0.rank, $0.fault.element.line, $0.fault.element.column, $0.fault.offset)
        < ($1.rank, $1.fault.element.line, $1.fault.element.column, $1.fault.offset)
    }.map(\.fault.element)
  }

  mutating func add(_ position: Position, _ message: String) {
    guard found.count < FaultList.most else { return }
    found.append(
      Diagnostic(file: file, line: position.line, column: position.column, message: message))
  }

  mutating func add(contentsOf other: FaultList) {
    found.append(contentsOf: other.found.prefix(max(0, FaultList.most - found.count)))
  }
}
