/// What an emulated provider is told by its operator.
public struct EmulatorSettings: Sendable {
  /// Whose documents it follows.
  public var kind: ProviderKind
  /// Where it listens.
  public var address: LoopbackAddress
  /// What is changed of it.
  public var provider = ProviderOptions()
  /// How far its civil clock is ahead of this machine's.
  public var clockAhead: Duration = .zero
  /// How long a request is under way before it counts.
  public var uplink = UplinkRange.none
  /// How long the provider works on a request after it counted.
  public var handler = UplinkRange.none
  /// The file for the arrivals, appended to; `-` is standard output, nil is none.
  public var logPath: String?
  /// A provider at `address` with its documented limits, no delays and no log.
  public init(kind: ProviderKind, address: LoopbackAddress) {
    self.kind = kind
    self.address = address
  }
}
