import HTTPWire

/// The name of the batch a request belongs to: its first request goes alone, and the rest only
/// after it has succeeded.
enum BatchName {
  private static let field = "Penstock-Batch"
  private static let longest = 128

  /// The name in the request's `Penstock-Batch` field, which is for Penstock alone; nil without it.
  ///
  /// - Throws: `Problem` unless the field stands once and holds 1 to 128 visible ASCII characters.
  static func read(from block: FieldBlock) throws(Problem) -> String? {
    guard let first = block.first(.penstockBatch) else { return nil }
    let name = block.slice(first.value)
    guard block.fields.count(where: { $0.id == .penstockBatch }) == 1 else {
      throw Problem(400, "bad-batch", "the request has more than one \(field) field")
    }
    guard (1...longest).contains(name.count), name.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw Problem(
        400, "bad-batch", "\(field) is to be 1 to \(longest) visible ASCII characters")
    }
    return String(decoding: name, as: UTF8.self)
  }
}
