/// Why a request is not sent, and when it is worth another try.
public struct Refusal: Error, Hashable, Sendable {
  /// Why not.
  public enum Reason: Hashable, Sendable {
    /// The lane's queue is full.
    case laneFull
    /// All queues together are full.
    case queueFull
    /// It cannot be sent before its deadline, or was not.
    case deadline
    /// The provider said "not now" too often, or the request cannot be sent twice.
    case attempts
    /// It costs more than the limit ever allows.
    case neverFits
    /// More buckets than the engine may keep.
    case tooManyBuckets
    /// A quota is used up, and the request cannot wait until it begins anew.
    case quota
    /// The provider turned away every key the request could use.
    case keyOut
    /// The operator has closed the account.
    case closed
    /// The first request of its batch failed.
    case batchFailed
    /// The proxy is shutting down.
    case draining
  }

  /// Why not.
  public var reason: Reason
  /// The name of the limit, or of the held scope, that stands in the way.
  public var limit: String?
  /// When another try is worth while; always longer than zero.
  public var retryAfter: Duration
  /// One sentence for people.
  public var detail: String

  /// A refusal; a delay shorter than a millisecond becomes one.
  public init(reason: Reason, limit: String?, retryAfter: Duration, detail: String) {
    self.reason = reason
    self.limit = limit
    self.retryAfter = max(retryAfter, .milliseconds(1))
    self.detail = detail
  }
}
