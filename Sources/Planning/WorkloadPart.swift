import Timekeeping

/// One kind of request of a workload.
public struct WorkloadPart: Sendable {
  /// The operator's name for it.
  public var name: String
  /// Index of the API in the rulebook.
  public var api: Int
  /// The method.
  public var method: String
  /// Path and query; `{account}` stands for the account.
  public var target: String
  /// Header fields by their lower-case names; `{account}` in a value stands for the account.
  public var fields: [String: String]
  /// Whom the requests act for, one after the other; empty when they do not say.
  public var accounts: NameList
  /// Who sends them, one after the other; never empty.
  public var callers: NameList
  /// When they arrive.
  public var arrivals: Arrivals
  /// How long an answer takes.
  public var service: ServiceTime
  /// How long the callers would wait; nil means as long as the lane.
  public var patience: Duration?

  /// A part with these properties; the defaults are the workload file's.
  public init(
    name: String, api: Int, method: String, target: String, fields: [String: String] = [:],
    accounts: NameList = .count(0, prefix: "account"),
    callers: NameList = .count(1, prefix: "caller"), arrivals: Arrivals,
    service: ServiceTime = .usual, patience: Duration? = nil
  ) {
    self.name = name
    self.api = api
    self.method = method
    self.target = target
    self.fields = fields
    self.accounts = accounts
    self.callers = callers
    self.arrivals = arrivals
    self.service = service
    self.patience = patience
  }
}
