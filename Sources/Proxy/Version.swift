/// The version that `--version` and `/stats` tell.
public enum Version {
  /// The version, by semver.org.
  public static let text = "0.1.0"
}
