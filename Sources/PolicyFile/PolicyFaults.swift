/// Every fault of a policy file, in the file's order.
public struct PolicyFaults: Error, Sendable, CustomStringConvertible {
  /// The faults, at least one.
  public let diagnostics: [Diagnostic]

  /// These faults.
  public init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  /// One line for each fault.
  public var description: String {
    diagnostics.map(\.description).joined(separator: "\n")
  }
}
