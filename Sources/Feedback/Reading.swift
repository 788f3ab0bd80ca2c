/// What one answer says about limits.
public struct Reading: Hashable, Sendable {
  /// Most answers say nothing, and then nothing is carried about.
  private indirect enum Words: Hashable {
    case none
    case said(Signal?, [Estimate], tier: String?)
  }

  /// The status code.
  public let status: Int
  private let words: Words

  /// What an answer of `status` says.
  ///
  /// - Parameters:
  ///   - signal: What is to be done about the answer; nil when it is the caller's to see.
  ///   - estimates: The state of the provider's buckets, as far as the answer states it.
  ///   - tier: The tier of the credential, where the provider names it: at most 64 bytes.
  public init(
    status: Int, signal: Signal? = nil, estimates: [Estimate] = [], tier: String? = nil
  ) {
    self.status = status
    let isPlain = signal == nil && estimates.isEmpty && tier == nil
    words = isPlain ? .none : .said(signal, estimates, tier: tier)
  }

  private init(plain status: Int) {
    self.status = status
    words = .none
  }

  /// An answer that says nothing about limits.
  public static func plain(status: Int) -> Reading { Reading(plain: status) }

  /// What is to be done about the answer; nil when it is the caller's to see.
  public var signal: Signal? {
    if case .said(let signal, _, _) = words { signal } else { nil }
  }

  /// The state of the provider's buckets, as far as the answer states it.
  public var estimates: [Estimate] {
    if case .said(_, let estimates, _) = words { estimates } else { [] }
  }

  /// The tier of the credential, where the provider names it: at most 64 bytes.
  public var tier: String? {
    if case .said(_, _, let tier) = words { tier } else { nil }
  }
}
