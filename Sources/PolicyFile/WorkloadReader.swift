import Planning
import Policy

/// Turns the operator's YAML into a `Workload` for a rulebook, or into every fault in it at once.
public enum WorkloadReader {
  /// Most bytes a workload file may have: 1 MiB.
  public static let largestFile = 1 << 20

  /// Reads a workload.
  ///
  /// - Parameters:
  ///   - text: The file's content.
  ///   - file: What the diagnostics call the file.
  ///   - rulebook: Whose APIs it names.
  /// - Returns: The workload, or all faults in the file's order.
  public static func read(
    text: String, file: String, rulebook: Rulebook
  ) -> Result<Workload, PolicyFaults> {
    var reading = Reading(faults: FaultList(file: file), sources: PolicySources())
    var workload: Workload?
    if text.utf8.count > largestFile {
      reading.faults.add(.start, "the file is too large, allowed: 1 MiB")
    } else if let root = TreeReader.tree(text, faults: &reading.faults) {
      workload = reading.workload(root, apis: rulebook.apis)
    } else if reading.faults.isEmpty {
      reading.faults.add(.start, "the file is empty, allowed: a map with requests or access-log")
    }
    guard let workload, reading.faults.isEmpty else {
      return .failure(PolicyFaults(diagnostics: reading.faults.diagnostics))
    }
    return .success(workload)
  }

  /// Reads the workload at `path` from disk.
  public static func read(path: String, rulebook: Rulebook) -> Result<Workload, PolicyFaults> {
    let message: String
    do {
      let bytes = try PolicyReader.content(of: path, atMost: largestFile)
      if let text = String(validating: bytes, as: UTF8.self) {
        return read(text: text, file: path, rulebook: rulebook)
      }
      message = "the file is not UTF-8, allowed: UTF-8"
    } catch {
      message = "cannot read the file: \(error.reason)"
    }
    let fault = Diagnostic(file: path, line: 1, column: 1, message: message)
    return .failure(PolicyFaults(diagnostics: [fault]))
  }
}
