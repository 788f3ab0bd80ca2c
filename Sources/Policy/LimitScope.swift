/// What one bucket of a limit stands for: any combination of these.
public struct LimitScope: OptionSet, Hashable, Sendable {
  /// A bit for each dimension.
  public let rawValue: UInt8

  /// The combination with these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// One bucket for the whole API.
  public static let api: LimitScope = []
  /// One bucket for each API key.
  public static let key = LimitScope(rawValue: 1)
  /// One bucket for each account.
  public static let account = LimitScope(rawValue: 2)
  /// One bucket for each endpoint: the pattern that matched, else method and path.
  public static let endpoint = LimitScope(rawValue: 4)
  /// One bucket for each lane.
  public static let lane = LimitScope(rawValue: 8)
  /// One bucket for each caller.
  public static let caller = LimitScope(rawValue: 16)
}
