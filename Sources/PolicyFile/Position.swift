/// A place in a file; both numbers start at 1, columns count Unicode scalars.
struct Position: Hashable, Comparable {
  var line: Int
  var column: Int

  static let start = Position(line: 1, column: 1)

  static func < (lhs: Position, rhs: Position) -> Bool {
    (lhs.line, lhs.column) < (rhs.line, rhs.column)
  }
}
