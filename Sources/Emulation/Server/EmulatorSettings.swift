import Limits

/// What an emulated provider is told by its operator.
public struct EmulatorSettings: Sendable {
  /// Whose documents it follows.
  public var kind: ProviderKind
  /// Where it listens.
  public var address: LoopbackAddress
  /// Replaces the main limit.
  public var allow: Rate?
  /// The size of the main bucket, where the kind takes one.
  public var burst: Int?
  /// How long a request is under way before it counts.
  public var uplink = UplinkRange.none
  /// How long the provider works on a request after it counted.
  public var handler = UplinkRange.none
  /// Whether refused requests count like accepted ones.
  public var rejectsCount = false
  /// The file for the arrivals, appended to; `-` is standard output, nil is none.
  public var logPath: String?
  /// Where delays and identifiers follow from.
  public var seed: UInt64 = 1

  /// A provider at `address` with its documented limits, no delays and no log.
  public init(kind: ProviderKind, address: LoopbackAddress) {
    self.kind = kind
    self.address = address
  }
}
