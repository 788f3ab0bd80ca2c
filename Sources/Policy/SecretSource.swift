/// Where a secret comes from, so that it can be read again.
public enum SecretSource: Hashable, Sendable {
  /// An environment variable.
  case environment(String)
  /// A file at an absolute path, which only its owner may read.
  case file(String)
  /// A credential of the systemd service (systemd.exec(5), `LoadCredential=`).
  case credential(String)
}
