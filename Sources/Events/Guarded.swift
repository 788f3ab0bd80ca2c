import Synchronization

/// A value that threads use one after the other, for a short time each.
public struct Guarded<Value: ~Copyable>: ~Copyable, Sendable {
  @usableFromInline let mutex: Mutex<Value>
  // What a thread did before it let go is seen by the next: the mutex sees to that. But where it has
  // to wait it is code that ThreadSanitizer does not read; this, on the way in and out, it does.
  @usableFromInline let turn = Atomic<Bool>(false)

  /// Guards `value`.
  @inlinable
  public init(_ value: consuming sending Value) { mutex = Mutex(value) }

  /// Lends the value, while every other thread has to wait.
  @inlinable
  public func withLock<R: ~Copyable, E: Error>(
    _ body: (inout sending Value) throws(E) -> sending R
  ) throws(E) -> sending R {
    try mutex.withLock { value throws(E) in
      _ = turn.load(ordering: .acquiring)
      defer { turn.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}
