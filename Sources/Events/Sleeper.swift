/// Something that goes on without a task of its own waiting for it; see `WaitPoint.rest`.
public protocol Sleeper: AnyObject {
  /// What it waits for may have come: called like a task that woke, when every callback of the turn
  /// has said what became ready.
  func awaken()
}
