import HTTPWire

/// What content codings an answer may come in, where its body must be read.
enum AcceptEncoding {
  /// The codings a caller accepts that can be looked through: `identity` when it names none.
  static func narrowed(in block: FieldBlock) -> String {
    let kept = block.elements(of: .acceptEncoding).map { block.string($0) }.filter(isKnown)
    return kept.isEmpty ? "identity" : kept.joined(separator: ", ")
  }

  /// Whether an element, such as `gzip;q=0.5`, names a coding that can be looked through.
  private static func isKnown(_ element: String) -> Bool {
    let name = element.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
    switch name.lowercased() {
    case "gzip", "x-gzip", "deflate", "identity": return true
    default: return false
    }
  }
}
