import CSystem
import Glibc

/// Brings messages of other threads to a loop: all that come between two turns together, for one
/// wake-up.
///
/// It takes whatever is posted; who posts bounds how much that can be.
public final class Mailbox<Message: Sendable>: @unchecked Sendable {
  private let messages = Guarded<[Message]>([])
  private let doorbell: Int32
  /// The loop's own.
  private var watch: Watch?

  /// A mailbox that nobody empties yet.
  ///
  /// - Throws: `IOFailure` when the system gives no eventfd.
  public init() throws(IOFailure) {
    doorbell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard doorbell >= 0 else { throw IOFailure("eventfd") }
  }

  deinit {
    watch = nil
    Glibc.close(doorbell)
  }

  /// Gives every message to `deliver` on the thread of `loop`, in the order of their coming.
  ///
  /// To be called before the loop runs or on its thread.
  public func open(on loop: EventLoop, deliver: @escaping (Message) -> Void) {
    watch = Watch(loop, doorbell, .read) { [unowned self] _ in
      var count: eventfd_t = 0
      eventfd_read(doorbell, &count)
      let messages = messages.withLock { messages in
        defer { messages = [] }
        return messages
      }
      for message in messages { deliver(message) }
    }
  }

  /// Delivers nothing any more; on the loop's thread.
  public func close() { watch = nil }

  /// Leaves messages, on any thread.
  public func post(_ batch: [Message]) {
    let isFirst = messages.withLock { messages in
      defer { messages.append(contentsOf: batch) }
      return messages.isEmpty
    }
    if isFirst { eventfd_write(doorbell, 1) }
  }
}
