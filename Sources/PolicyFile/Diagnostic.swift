/// One fault in a policy file, told to the person who wrote it.
///
/// No diagnostic contains a secret: what stands under `keys` is never repeated in one.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  /// The file as the operator named it.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column, from 1, in Unicode scalars.
  public let column: Int
  /// What was read, what is allowed, and the nearest valid spelling where there is one.
  public let message: String

  /// A fault at a place in `file`.
  public init(file: String, line: Int, column: Int, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// The fault as compilers print theirs: `file:line:column: message`.
  public var description: String { "\(file):\(line):\(column): \(message)" }
}
