/// Everything the operator asked for, typed and checked: what the policy file becomes.
public struct Rulebook: Sendable {
  /// Where callers connect.
  public var proxyAddresses: [ListenAddress]
  /// Where operators connect.
  public var adminAddress: ListenAddress
  /// Who counts as one caller.
  public var callers: CallerRule
  /// What happens to hosts that no API declares.
  public var unknownHosts: UnknownHostRule
  /// How much may wait.
  public var queues: QueueBounds
  /// The APIs, in the file's order.
  public var apis: [Api]

  /// A rulebook with these parts; the defaults are the policy file's.
  public init(
    proxyAddresses: [ListenAddress], adminAddress: ListenAddress, callers: CallerRule = .address,
    unknownHosts: UnknownHostRule = .forward, queues: QueueBounds = QueueBounds(), apis: [Api]
  ) {
    self.proxyAddresses = proxyAddresses
    self.adminAddress = adminAddress
    self.callers = callers
    self.unknownHosts = unknownHosts
    self.queues = queues
    self.apis = apis
  }
}
