/// Bytes that never reach a log, a page or an error: every description of it is a blank.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let bytes: [UInt8]

  /// A secret of these bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many bytes it has.
  public var count: Int { bytes.count }

  /// Gives the bytes to the one place that writes them to the provider.
  public func withBytes<R>(_ body: ([UInt8]) -> R) -> R { body(bytes) }

  /// Appends the bytes to what leaves for the provider.
  public func append(to output: inout [UInt8]) { output.append(contentsOf: bytes) }

  /// A blank.
  public var description: String { "«secret»" }
  /// A blank.
  public var debugDescription: String { "«secret»" }
  /// A mirror without children, so that `dump` shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
