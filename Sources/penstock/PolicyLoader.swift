import ArgumentParser
import Foundation
import Policy
import PolicyFile
import Safekeeping

/// Reads the policy file for a command, or says every fault of it and ends.
enum PolicyLoader {
  static func load(
    _ path: String, secrets: SecretReader = SecretReader()
  ) throws -> Rulebook {
    // The same variable may stand in it twice.
    defer { secrets.blankVariables() }
    return try load(path) { source throws(SecretFault) in try secrets.read(source) }
  }

  /// Reads the policy file for a command that needs none of its secrets: they may not be there yet.
  static func loadWithoutSecrets(_ path: String) throws -> Rulebook {
    try load(path) { _ throws(SecretFault) in Secret(Array("a secret that is not read".utf8)) }
  }

  private static func load(
    _ path: String, secret: @escaping SecretSource.Reading
  ) throws -> Rulebook {
    switch PolicyReader.read(path: path, secret: secret) {
    case .success(let rulebook): return rulebook
    case .failure(let faults):
      complain("\(faults)")
      throw ExitCode(2)
    }
  }
}

/// Writes to standard output; a reader that is gone ends the command quietly.
func show(_ text: String) throws {
  do {
    try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
  } catch {
    throw ExitCode(1)
  }
}

/// Writes a line to standard error.
func complain(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
