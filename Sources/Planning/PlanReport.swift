import Timekeeping

/// What a plan came to.
public struct PlanReport: Sendable {
  /// When it began.
  public var start: WallTime
  /// From its start to the last answer.
  public var finish: Duration
  /// Requests that arrived.
  public var requests: Int
  /// Requests that were sent and answered.
  public var sent: Int
  /// Each lane that had requests, in the rulebook's order.
  public var lanes: [LaneResult]
  /// Each part of the workload, in its order; the access log last.
  public var parts: [PartResult]
  /// Every limit that counted a request, in the rulebook's order.
  public var limits: [LimitUse]
  /// What was refused, the most frequent first.
  public var refusals: [RefusalCount]
  /// How the access log was read; nil without one.
  public var log: LogReading?
}

extension PlanReport {
  /// How long a group of requests waited.
  public struct Waits: Hashable, Sendable {
    /// Requests that arrived.
    public var requests: Int
    /// Requests that were sent.
    public var sent: Int
    /// Half of those sent waited no longer, to two digits; likewise below.
    public var p50: Duration
    /// Nine of ten waited no longer.
    public var p90: Duration
    /// 99 of 100 waited no longer.
    public var p99: Duration
    /// None waited longer.
    public var longest: Duration
    /// From the plan's start to the last answer; nil when there was none.
    public var finish: Duration?
  }

  /// One lane.
  public struct LaneResult: Hashable, Sendable {
    /// The API's name.
    public var api: String
    /// The lane's name.
    public var lane: String
    /// How long its requests waited.
    public var waits: Waits
  }

  /// One part of the workload.
  public struct PartResult: Hashable, Sendable {
    /// The part's name.
    public var name: String
    /// How long its requests waited.
    public var waits: Waits
  }

  /// How far a limit was used.
  public struct LimitUse: Hashable, Sendable {
    /// The API's name.
    public var api: String
    /// The limit's name.
    public var limit: String
    /// The word for its kind.
    public var kind: String
    /// How many buckets of it were used.
    public var buckets: Int
    /// Units taken from them.
    public var units: Int
    /// The largest part of a bucket's allowance in use at once; 1 is all.
    public var peak: Double
    /// The part used of the most they all allow in the plan's span; 1 is all.
    public var mean: Double
  }

  /// Requests that were refused for one reason.
  public struct RefusalCount: Hashable, Sendable {
    /// The API's name.
    public var api: String
    /// The lane's name.
    public var lane: String
    /// Why.
    public var reason: String
    /// The limit that stood in the way.
    public var limit: String?
    /// How many.
    public var count: Int
    /// When the first one was, from the plan's start.
    public var first: Duration
    /// What the first one's caller was told.
    public var detail: String
  }

  /// How an access log was read.
  public struct LogReading: Hashable, Sendable {
    /// Lines read.
    public var lines: Int
    /// Lines left out because they were not understood.
    public var badLines: Int
    /// The first of those.
    public var firstBad: [AccessLog.Bad]
  }
}
