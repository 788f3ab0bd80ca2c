import Policy
import Synchronization

/// The memory of secrets.
///
/// Its pages are locked where the system allows it (mlock(2)), and neither core dumps nor child
/// processes get them (madvise(2)); a secret's bytes are overwritten when it is released.
public final class Vault: Sendable {
  /// The most shelves: 16 MiB of secrets.
  static let mostShelves = 256

  private let shelves = Mutex<[Shelf]>([])

  /// A vault without memory; it takes some with the first secret.
  public init() {}

  deinit {
    shelves.withLock { shelves in
      for shelf in shelves { shelf.discard() }
    }
  }

  /// Keeps a secret, which `read` writes straight into the vault.
  ///
  /// - Parameters:
  ///   - size: The most bytes that `read` may write.
  ///   - noun: What the bytes are called in a fault, such as `the file's content`.
  ///   - read: Writes the bytes and says how many; line breaks at their end are left out.
  /// - Throws: `SecretFault` when the bytes may not be a secret, or there is no room for more.
  public func keep(
    upTo size: Int, noun: String,
    read: (UnsafeMutableRawBufferPointer) throws(SecretFault) -> Int
  ) throws(SecretFault) -> Secret {
    guard size <= Shelf.size, let room = take(Shelf.room(for: size)) else {
      throw .unreadable("there is no memory for another secret")
    }
    do {
      let written = try read(room.bytes)
      let bytes = UnsafeRawBufferPointer(rebasing: room.bytes[..<written])
      let count = try SecretText.count(of: Span(_unsafeBytes: bytes), noun: noun)
      // What was read behind the secret goes with the rest.
      let (kept, rest) = room.split(at: Shelf.room(for: count))
      giveBack(rest)
      return Secret(KeptSecret(kept, count: count, in: self))
    } catch {
      giveBack(room)
      throw error
    }
  }

  private func take(_ count: Int) -> Piece? {
    shelves.withLock { shelves in
      for at in shelves.indices {
        if let piece = shelves[at].take(count) { return piece }
      }
      guard shelves.count < Vault.mostShelves, var shelf = Shelf() else { return nil }
      let piece = shelf.take(count)
      shelves.append(shelf)
      return piece
    }
  }

  func giveBack(_ piece: Piece) {
    shelves.withLock { shelves in
      guard let at = shelves.firstIndex(where: { $0.owns(piece) }) else { return }
      shelves[at].giveBack(piece)
    }
  }
}
