/// A part of the vault's memory, owned by whoever was given it.
struct Piece: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let count: Int

  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: start, count: count)
  }

  /// The piece cut in two, the first of `count` bytes.
  func split(at count: Int) -> (Piece, Piece) {
    (Piece(start: start, count: count), Piece(start: start + count, count: self.count - count))
  }
}
