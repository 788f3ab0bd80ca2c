/// Something that goes on without a task of its own waiting for it; see `WaitPoint.rest`.
public protocol Sleeper: AnyObject {
  /// What it waits for may have come: start a task that looks.
  func awaken()
}
