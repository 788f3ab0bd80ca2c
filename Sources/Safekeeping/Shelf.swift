import CSystem

/// Pages of the vault, and which parts of them are free.
struct Shelf {
  /// Bytes of a shelf: as many as older systems let any process lock.
  static let size = 64 << 10
  /// Pieces are whole multiples of this, so that what is given back can be used again.
  private static let grain = 16

  private let start: UnsafeMutableRawPointer
  /// Free parts in the order of their places, never two that touch.
  private var free = [0..<Shelf.size]

  /// New pages; nil when the system gives none.
  init?() {
    guard let start = csystem_secret_pages(Shelf.size) else { return nil }
    self.start = start
  }

  /// Gives the pages back to the system.
  func discard() { csystem_discard_pages(start, Shelf.size) }

  /// The room a secret of `count` bytes takes.
  static func room(for count: Int) -> Int { (count + grain - 1) / grain * grain }

  /// The first free part of `count` bytes, a multiple of the grain.
  mutating func take(_ count: Int) -> Piece? {
    guard let at = free.firstIndex(where: { $0.count >= count }) else { return nil }
    let place = free[at].lowerBound
    free[at] = (place + count)..<free[at].upperBound
    if free[at].isEmpty { free.remove(at: at) }
    return Piece(start: start + place, count: count)
  }

  func owns(_ piece: Piece) -> Bool {
    piece.start >= start && piece.start < start + Shelf.size
  }

  /// Takes a piece back, which is overwritten.
  mutating func giveBack(_ piece: Piece) {
    guard piece.count > 0 else { return }
    csystem_wipe(piece.start, piece.count)
    var part = (piece.start - start)..<(piece.start - start + piece.count)
    var at = free.firstIndex { $0.lowerBound > part.lowerBound } ?? free.count
    if at < free.count, free[at].lowerBound == part.upperBound {
      part = part.lowerBound..<free.remove(at: at).upperBound
    }
    if at > 0, free[at - 1].upperBound == part.lowerBound {
      at -= 1
      part = free.remove(at: at).lowerBound..<part.upperBound
    }
    free.insert(part, at: at)
  }
}
