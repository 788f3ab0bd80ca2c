import CSystem
import Policy

/// How many connections each listener of each worker may have: the process's descriptors and the
/// policy's bound, in equal parts.
struct DoorBounds: Sendable {
  /// Descriptors from this number on are not for connections to origins.
  let lastDialled: Int32
  private let clients: Int
  private let operators: Int
  private let workers: Int

  /// Raises the process's limit of descriptors as far as it may; `doors` are callers' listeners.
  init(_ rulebook: Rulebook, doors: Int, workers: Int) {
    let descriptors = Int(csystem_raise_descriptor_limit())
    lastDialled = Int32(clamping: descriptors - min(64, descriptors / 8))
    // The other half of the descriptors is for connections to origins.
    let half = max(8, (descriptors - 32) / 2)
    let bound = min(rulebook.bounds.clients ?? half, max(half, descriptors - 64))
    clients = max(1, bound / max(1, doors))
    operators = min(256, max(2, half / 8))
    self.workers = workers
  }

  /// The part of a worker; what is left over goes to the first of them.
  func bound(of way: Doorway, at worker: Int) -> Int {
    way.isAdmin ? operators : clients / workers + (worker < clients % workers ? 1 : 0)
  }
}
