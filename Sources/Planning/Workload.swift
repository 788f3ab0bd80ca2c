import Timekeeping

/// What is to be sent in a plan: who asks for what, and when.
public struct Workload: Sendable {
  /// The civil time at which the plan begins; nil means at the access log's first line, else
  /// 2026-01-01.
  public var start: WallTime?
  /// How long requests arrive; nil means until each part and the access log end.
  public var duration: Duration?
  /// Where everything random follows from.
  public var seed: UInt64
  /// Kinds of requests.
  public var parts: [WorkloadPart]
  /// Requests of the past, to be sent again; nil for none.
  public var log: LoggedWorkload?

  /// A workload with these parts.
  public init(
    start: WallTime? = nil, duration: Duration? = nil, seed: UInt64 = 1,
    parts: [WorkloadPart] = [], log: LoggedWorkload? = nil
  ) {
    self.start = start
    self.duration = duration
    self.seed = seed
    self.parts = parts
    self.log = log
  }
}

/// An access log whose requests are sent again.
public struct LoggedWorkload: Hashable, Sendable {
  /// The file, as the operator wrote it.
  public var file: String
  /// Index of the API its paths belong to; nil when each line names its own by host or base URL.
  public var api: Int?
  /// How long an answer takes where the line does not say.
  public var service: ServiceTime

  /// The log in `file`.
  public init(file: String, api: Int? = nil, service: ServiceTime) {
    self.file = file
    self.api = api
    self.service = service
  }
}
