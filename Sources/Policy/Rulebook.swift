/// Everything the operator asked for, typed and checked: what the policy file becomes.
public struct Rulebook: Sendable {
  /// Where callers connect.
  public var proxies: [ListenRule]
  /// Where operators connect.
  public var admin: ListenRule
  /// What operators must send as `Authorization: Bearer`; nil asks for nothing.
  public var adminToken: Secret?
  /// Where the token comes from; nil where none is asked for.
  public var adminTokenSource: SecretSource?
  /// Who may use the listeners that ask for a password.
  public var users: [ProxyUser]
  /// The absolute path of the file that names them; nil where no listener asks.
  public var usersFile: String?
  /// How many threads serve.
  public var workers: WorkerCount
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
    proxies: [ListenRule], admin: ListenRule, adminToken: Secret? = nil,
    adminTokenSource: SecretSource? = nil, users: [ProxyUser] = [], usersFile: String? = nil,
    workers: WorkerCount = .exactly(1), authority: AuthorityFiles? = nil,
    callers: CallerRule = .address,
    unknownHosts: UnknownHosts = UnknownHosts(), queues: QueueBounds = QueueBounds(),
    bounds: Bounds = Bounds(), apis: [Api]
  ) {
    self.proxies = proxies
    self.admin = admin
    self.adminToken = adminToken
    self.adminTokenSource = adminTokenSource
    self.users = users
    self.usersFile = usersFile
    self.workers = workers
    self.authority = authority
    self.callers = callers
    self.unknownHosts = unknownHosts
    self.queues = queues
    self.bounds = bounds
    self.apis = apis
  }
}
