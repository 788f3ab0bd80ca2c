/// Why a text is not the value it should be: what was read and what is allowed.
public struct Misread: Error, Hashable, Sendable {
  /// A phrase for a person, without an end mark.
  public let reason: String

  /// A value misread for this reason.
  public init(_ reason: String) { self.reason = reason }
}
