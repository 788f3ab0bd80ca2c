/// Where a secret comes from, so that it can be read again.
public enum SecretSource: Hashable, Sendable {
  /// An environment variable.
  case environment(String)
  /// A file at an absolute path, which only its owner may read.
  case file(String)
  /// A credential of the systemd service (systemd.exec(5), `LoadCredential=`).
  case credential(String)

  /// Reads what a source holds now.
  public typealias Reading = @Sendable (SecretSource) throws(SecretFault) -> Secret

  /// Reads nothing, wherever it is.
  @Sendable public static func unread(_ source: SecretSource) throws(SecretFault) -> Secret {
    throw .unreadable("there is no such secret")
  }

  /// The source as it stands in a policy file.
  public var text: String {
    switch self {
    case .environment(let name): "env:\(name)"
    case .file(let path): "file:\(path)"
    case .credential(let name): "credential:\(name)"
    }
  }
}
