import Policy

/// Turns the operator's YAML into a `Rulebook`, or into every fault in it at once.
///
/// The file is parsed to typed values once; nothing in it is ignored. `lanse: {}` gives
/// `penstock.yaml:9:5: unknown word "lanse", allowed in an API: ...; did you mean "lanes"?`.
public enum PolicyReader {
  /// Most bytes a policy file may have: 1 MiB.
  public static let largestFile = 1 << 20

  /// Reads a policy.
  ///
  /// - Parameters:
  ///   - text: The file's content.
  ///   - file: What the diagnostics call the file.
  ///   - sources: Where secrets, an operator's own providers and time zones come from.
  /// - Returns: The rulebook, or all faults in the file's order.
  public static func read(
    text: String, file: String, sources: PolicySources
  ) -> Result<Rulebook, PolicyFaults> {
    var reading = Reading(faults: FaultList(file: file), sources: sources)
    var rulebook: Rulebook?
    if text.utf8.count > largestFile {
      reading.faults.add(.start, "the file is too large, allowed: 1 MiB")
    } else if let root = TreeReader.tree(text, faults: &reading.faults) {
      rulebook = reading.rulebook(root)
    } else if reading.faults.isEmpty {
      reading.faults.add(.start, "the file is empty, allowed: a map with apis")
    }
    guard let rulebook, reading.faults.isEmpty else {
      return .failure(PolicyFaults(diagnostics: reading.faults.diagnostics))
    }
    return .success(rulebook)
  }
}
