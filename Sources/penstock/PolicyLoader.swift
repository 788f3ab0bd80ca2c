import ArgumentParser
import Foundation
import Policy
import PolicyFile

/// Reads the policy file for a command, or says every fault of it and ends.
enum PolicyLoader {
  static func load(_ path: String) throws -> Rulebook {
    switch PolicyReader.read(path: path, environment: ProcessInfo.processInfo.environment) {
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
