/// Everything the operator asked for, typed and checked: what the policy file becomes.
public struct Rulebook: Sendable {
  /// Where callers connect.
  public var proxies: [ListenRule]
  /// Where operators connect.
  public var admin: ListenRule
  /// What operators must send as `Authorization: Bearer`; nil asks for nothing.
  public var adminToken: Secret?
  /// Who may use the listeners that ask for a password.
  public var users: [ProxyUser]
  /// What interception signs with.
  public var authority: AuthorityFiles?
  /// Who counts as one caller.
  public var callers: CallerRule
  /// What happens to hosts that no API declares.
  public var unknownHosts: UnknownHosts
  /// How much may wait.
  public var queues: QueueBounds
  /// Every other bound.
  public var bounds: Bounds
  /// The APIs, in the file's order.
  public var apis: [Api]

  /// A rulebook with these parts; the defaults are the policy file's.
  public init(
    proxies: [ListenRule], admin: ListenRule, adminToken: Secret? = nil, users: [ProxyUser] = [],
    authority: AuthorityFiles? = nil, callers: CallerRule = .address,
    unknownHosts: UnknownHosts = UnknownHosts(), queues: QueueBounds = QueueBounds(),
    bounds: Bounds = Bounds(), apis: [Api]
  ) {
    self.proxies = proxies
    self.admin = admin
    self.adminToken = adminToken
    self.users = users
    self.authority = authority
    self.callers = callers
    self.unknownHosts = unknownHosts
    self.queues = queues
    self.bounds = bounds
    self.apis = apis
  }
}
