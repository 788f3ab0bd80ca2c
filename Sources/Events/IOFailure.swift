import CSystem
import Glibc

/// A system call that failed, or a peer that took too long.
public struct IOFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call, such as `recv`.
  public let operation: String
  /// The value of `errno`; `ETIMEDOUT` when a deadline passed.
  public let code: Int32

  /// The failure of `operation` with the current `errno`, or the given code.
  public init(_ operation: String, code: Int32 = errno) {
    self.operation = operation
    self.code = code
  }

  /// The peer did not do its part in time.
  public static func timeout(_ operation: String) -> IOFailure {
    IOFailure(operation, code: ETIMEDOUT)
  }

  /// Whether a deadline passed rather than a call failed.
  public var isTimeout: Bool { code == ETIMEDOUT }

  /// The code for a peer that ended the connection before it should have.
  public static let endOfStream: Int32 = ECONNRESET

  /// The call and the system's words for the error.
  public var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
