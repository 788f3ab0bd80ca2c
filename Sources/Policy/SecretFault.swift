/// Why a secret could not be had, in words for a person that never repeat it.
public struct SecretFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whether there is a secret, but none that may be used.
  public let isUnfit: Bool
  /// What is wrong, and what is allowed.
  public let reason: String

  /// It could not be read.
  public static func unreadable(_ reason: String) -> SecretFault {
    SecretFault(isUnfit: false, reason: reason)
  }

  /// It was read, and cannot be used.
  public static func unfit(_ reason: String) -> SecretFault {
    SecretFault(isUnfit: true, reason: reason)
  }

  /// The reason.
  public var description: String { reason }
}
