/// When a request may leave the key its account is tied to for another key of its lane.
public enum Spill: Hashable, Sendable {
  /// Never: it waits for that key.
  case never
  /// While the key is out of the pool, such as when the provider revoked it.
  case whenOut
  /// While the key has no room, or is out of the pool.
  case whenBlocked
}
