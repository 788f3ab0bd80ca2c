import HTTPWire

/// What the policy's bounds are where it names none.
extension HeadLimits {
  /// For requests.
  public static let request = HeadLimits(
    startLine: 8 << 10, line: 16 << 10, block: 32 << 10, fields: 100)

  /// For responses.
  public static let response = HeadLimits(
    startLine: 8 << 10, line: 64 << 10, block: 64 << 10, fields: 256)
}

extension BodyLimits {
  /// For both.
  public static let usual = BodyLimits(
    extensionLine: 1 << 10, extensionLead: 16 << 10, trailer: 8 << 10, trailerFields: 32)
}
