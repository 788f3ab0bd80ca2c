import CSystem
import Glibc
import Policy
import Synchronization

/// Reads secrets from where the policy says they are, into the vault and nowhere else.
public final class SecretReader: Sendable {
  private let vault: Vault
  /// The folder of systemd's credentials; nil where there is none.
  private let credentials: String?
  /// The variables that secrets were read from.
  private let variables = Mutex<Set<String>>([])

  /// A reader of this process's environment, of files, and of the credentials in a folder: the one
  /// that the service manager names unless another is given.
  public init(
    into vault: Vault = Vault(),
    credentials: String? = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
  ) {
    self.vault = vault
    self.credentials = credentials
  }

  /// Reads what a source holds now.
  public func read(_ source: SecretSource) throws(SecretFault) -> Secret {
    switch source {
    case .environment(let name): return try variable(name)
    case .file(let path):
      return try SecretFile.read(path, isCredential: isCredential(path), into: vault)
    case .credential(let name):
      guard let credentials else {
        throw .unreadable(
          "$CREDENTIALS_DIRECTORY is not set; systemd sets it for services with LoadCredential=")
      }
      return try SecretFile.read(
        "\(credentials)/\(name)", isCredential: true, into: vault)
    }
  }

  /// Overwrites in the environment every secret that was read from it.
  ///
  /// Afterwards those variables are empty, in `/proc/PID/environ` and for child processes too.
  public func blankVariables() {
    for name in variables.withLock({ $0 }) { csystem_blank_variable(name) }
  }

  /// Whether the service manager has put a file there.
  private func isCredential(_ path: String) -> Bool {
    guard let credentials, !credentials.isEmpty else { return false }
    return path.hasPrefix(credentials + "/") && !path.contains("/../")
  }

  private func variable(_ name: String) throws(SecretFault) -> Secret {
    guard let value = getenv(name) else { throw .unreadable("it is not set") }
    variables.withLock { _ = $0.insert(name) }
    let count = strlen(value)
    guard count <= SecretText.longestRead else {
      throw .unfit(
        "the variable's value is longer than a secret may be, allowed: \(SecretText.longest) bytes")
    }
    return try vault.keep(upTo: count, noun: "the variable's value") { room in
      room.copyMemory(from: UnsafeRawBufferPointer(start: value, count: count))
      return count
    }
  }
}
