/// What one answer says about limits.
public struct Reading: Hashable, Sendable {
  /// The status code.
  public var status: Int
  /// What is to be done about the answer; nil when it is the caller's to see.
  public var signal: Signal?
  /// The state of the provider's buckets, as far as the answer states it.
  public var estimates: [Estimate]
  /// The tier of the credential, where the provider names it: at most 64 bytes.
  public var tier: String?

  /// What an answer of `status` says.
  public init(
    status: Int, signal: Signal? = nil, estimates: [Estimate] = [], tier: String? = nil
  ) {
    self.status = status
    self.signal = signal
    self.estimates = estimates
    self.tier = tier
  }

  /// An answer that says nothing about limits.
  public static func plain(status: Int) -> Reading { Reading(status: status) }
}
