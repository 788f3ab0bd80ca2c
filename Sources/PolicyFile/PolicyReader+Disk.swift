import Foundation
import Policy

extension PolicyReader {
  /// Reads the policy at `path`, and the secrets' files it names, from disk.
  ///
  /// - Parameters:
  ///   - path: The policy file; the diagnostics call it so.
  ///   - environment: Where `env:` secrets come from.
  /// - Returns: The rulebook, or all faults in the file's order.
  public static func read(
    path: String, environment: [String: String]
  ) -> Result<Rulebook, PolicyFaults> {
    func failure(_ message: String) -> Result<Rulebook, PolicyFaults> {
      let fault = Diagnostic(file: path, line: 1, column: 1, message: message)
      return .failure(PolicyFaults(diagnostics: [fault]))
    }
    do {
      let bytes = try content(of: path, atMost: largestFile)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        return failure("the file is not UTF-8, allowed: UTF-8")
      }
      return read(text: text, file: path, environment: environment) {
        try content(of: $0, atMost: Reading.longestSecret + 2)
      }
    } catch {
      return failure("cannot read the file: \(error.reason)")
    }
  }

  /// The bytes of a file, which is never read further than one byte past `most`.
  private static func content(of path: String, atMost most: Int) throws(FileFailure) -> [UInt8] {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      let data = try handle.read(upToCount: most + 1) ?? Data()
      if data.count > most { throw FileFailure(reason: "it is larger than \(most) bytes") }
      return [UInt8](data)
    } catch let failure as FileFailure {
      throw failure
    } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
      throw FileFailure(reason: "there is no such file")
    } catch CocoaError.fileReadNoPermission {
      throw FileFailure(reason: "permission denied")
    } catch {
      throw FileFailure(reason: "it is not a readable file")
    }
  }
}
