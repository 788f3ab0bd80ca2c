/// Something that looks again when a stream's readiness changes.
public protocol Wakeable: AnyObject {
  /// The readiness of what it waits for may have changed.
  func wake()
}
