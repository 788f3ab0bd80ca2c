/// A table of text with aligned columns, for terminals.
public struct TextTable: Sendable {
  /// A column's head and on which side its cells line up.
  public enum Column: Sendable {
    /// Cells begin under each other.
    case left(String)
    /// Cells end under each other, as numbers do.
    case right(String)

    var head: String {
      switch self {
      case .left(let head), .right(let head): head
      }
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  /// A table without rows.
  public init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; cells that are missing are empty, and control characters become spaces.
  public mutating func add(_ cells: [String]) {
    rows.append(
      columns.indices.map { index in
        guard index < cells.count else { return "" }
        let scalars = cells[index].unicodeScalars.map { $0.properties.isControl ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
      })
  }

  /// The head and the rows, one a line, behind `indent` spaces.
  public func text(indent: Int = 0) -> String {
    let lines = [columns.map(\.head)] + rows
    let widths = columns.indices.map { index in lines.map { $0[index].count }.max() ?? 0 }
    return lines.map { line in
      var text = String(repeating: " ", count: indent)
      for (index, cell) in line.enumerated() {
        let space = String(repeating: " ", count: widths[index] - cell.count)
        if case .left = columns[index] { text += cell + space } else { text += space + cell }
        if index + 1 < line.count { text += "  " }
      }
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }.joined()
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isControl: Bool { generalCategory == .control }
}
