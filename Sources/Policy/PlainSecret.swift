/// A secret in ordinary memory, for one that does not come from outside.
final class PlainSecret: SecretStorage {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  func withBytes(_ body: (Span<UInt8>) -> Void) {
    // A span of a property would have no certain end.
    let bytes = bytes
    body(bytes.span)
  }

  func append(to output: inout [UInt8]) { output.append(contentsOf: bytes) }
}
