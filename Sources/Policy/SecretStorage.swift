/// Memory that holds one secret and forgets it when it is released.
public protocol SecretStorage: AnyObject, Sendable {
  /// How many bytes the secret has.
  var count: Int { get }

  /// Lends the bytes, which must not outlive the call.
  func withBytes(_ body: (Span<UInt8>) -> Void)

  /// Appends the bytes, in one piece.
  func append(to output: inout [UInt8])
}
