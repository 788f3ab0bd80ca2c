/// What happens to hosts that no API declares.
public struct UnknownHosts: Hashable, Sendable {
  /// Whether requests to them are forwarded, without a key; refused with 403 otherwise.
  public var isForwarded: Bool
  /// The ports they are reached on.
  public var ports: Set<UInt16>
  /// Networks outside the public internet that may be reached all the same.
  public var networks: [Network]

  /// The rule for undeclared hosts; by default public addresses on ports 80 and 443.
  public init(isForwarded: Bool = true, ports: Set<UInt16> = [80, 443], networks: [Network] = []) {
    self.isForwarded = isForwarded
    self.ports = ports
    self.networks = networks
  }

  /// Nothing goes to undeclared hosts.
  public static let refused = UnknownHosts(isForwarded: false)
}
