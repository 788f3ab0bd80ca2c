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

/// An address to listen on.
public struct ListenAddress: Hashable, Sendable {
  /// The numeric IPv4 or IPv6 address.
  public var host: String
  /// The TCP port; 0 lets the system choose.
  public var port: UInt16

  /// The address `host:port`.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// The address as an operator writes it; IPv6 in brackets.
  public var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Who counts as one caller when shares are fair.
public enum CallerRule: Hashable, Sendable {
  /// The peer's network address.
  case address
  /// The value of this request header, lower case; only where callers are trusted.
  case header(String)
}

/// What happens to a request for a host that no API declares.
public enum UnknownHostRule: Hashable, Sendable {
  /// It is forwarded without a key, to public addresses and ports 80 and 443 only.
  case forward
  /// It is refused with 403.
  case refuse
}

/// How many requests may wait.
public struct QueueBounds: Hashable, Sendable {
  /// Most requests that wait in one lane.
  public var perLane: Int
  /// Most requests that wait in all.
  public var total: Int

  /// Bounds of `perLane` and `total` waiting requests.
  public init(perLane: Int = 10_000, total: Int = 100_000) {
    self.perLane = perLane
    self.total = total
  }
}
