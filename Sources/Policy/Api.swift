import Feedback

/// One upstream with its limits, keys and lanes.
public struct Api: Sendable {
  /// The name in the policy file, in base URLs and in `/stats`.
  public var name: String
  /// Where requests go.
  public var origin: Origin
  /// Host names callers use for it, lower case.
  public var hosts: [String]
  /// A PEM file of certificate authorities to trust instead of the system's.
  public var certificateAuthorities: String?
  /// What the policy file calls the provider whose words it brings: a name, or `file:` and a path.
  public var provider: String
  /// How its answers speak of limits.
  public var dialect: Dialect
  /// Where the key goes in a request; nil when the API takes none.
  public var credential: CredentialRule?
  /// How to find the account; the first selector that matches names it.
  public var accountSelectors: [AccountSelector]
  /// The keys the lanes draw on, none when callers bring their own.
  public var keys: [ApiKey]
  /// How its requests are made safe to repeat; nil when the provider knows no such key.
  public var idempotency: IdempotencyRule?
  /// Every limit of the API.
  public var limits: [LimitRule]
  /// Classes of work in the file's order, never none; the first that matches takes the request.
  public var lanes: [Lane]
  /// Most connections to the origin at once.
  public var connections: Int
  /// What CONNECT to its hosts does.
  public var connect: ConnectRule
  /// Protocols that a request may upgrade its connection to, lower case, such as `websocket`.
  public var upgrades: [String]
  /// Whether this is the API that takes every host no other API declares.
  ///
  /// Its origin is a dummy: such requests go to the host they name.
  public var isCatchAll: Bool

  /// An API with these parts.
  public init(
    name: String, origin: Origin, hosts: [String], certificateAuthorities: String? = nil,
    provider: String = "generic", dialect: Dialect = Dialect(name: "generic"),
    credential: CredentialRule? = nil,
    accountSelectors: [AccountSelector] = [], keys: [ApiKey] = [],
    idempotency: IdempotencyRule? = nil, limits: [LimitRule] = [], lanes: [Lane],
    connections: Int = 512, connect: ConnectRule = .refuse, upgrades: [String] = [],
    isCatchAll: Bool = false
  ) {
    self.name = name
    self.origin = origin
    self.hosts = hosts
    self.certificateAuthorities = certificateAuthorities
    self.provider = provider
    self.dialect = dialect
    self.credential = credential
    self.accountSelectors = accountSelectors
    self.keys = keys
    self.idempotency = idempotency
    self.limits = limits
    self.lanes = lanes
    self.connections = connections
    self.connect = connect
    self.upgrades = upgrades
    self.isCatchAll = isCatchAll
  }
}
