import Timekeeping

/// The one place where a task waits: for its sockets, its grant, its dial or its deadline.
///
/// Whatever the task waits for calls `wake`; the task then looks at everything again. Sockets and
/// grants keep their own state, so a wake-up that nobody waits for is lost without harm, and one
/// point serves a whole connection: waiting for either of two sockets needs no second task.
public final class WaitPoint: Wakeable {
  private let loop: EventLoop
  private var waiter: UnsafeContinuation<Void, Never>?
  private var sleeper: (any Sleeper)?
  /// When `wait` returns at the latest, coarsely (within a quarter of a second).
  public private(set) var deadline: Instant = .distantFuture
  /// Where the wheel keeps this point; see `DeadlineWheel`.
  var slot = -1
  var position = 0
  var scheduledFor: Instant = .distantFuture

  /// Whether news of a socket can wait until others were served: they are those of a peer that
  /// has nothing to do but leave, and thousands of them may leave at once.
  public var isPatient = false
  /// Whether the loop will wake it when there is less to do.
  var isPostponed = false

  /// A point for tasks of `loop`.
  public init(_ loop: EventLoop) { self.loop = loop }

  /// Lets the waiting task run, a patient one when its turn comes; does nothing when none waits.
  public func wake() {
    isPatient ? loop.postpone(self) : resume()
  }

  /// Lets the waiting task run, patient or not.
  public func resume() {
    if let waiter {
      self.waiter = nil
      waiter.resume()
    } else if let sleeper {
      self.sleeper = nil
      loop.awaken(sleeper)
    }
  }

  /// Lets `sleeper` be awakened once, by what would let a waiting task run; it is kept until then.
  ///
  /// A task that waits keeps kilobytes, and to let it run costs more than a call.
  public func rest(_ sleeper: any Sleeper) { self.sleeper = sleeper }

  /// Suspends the task until something calls `wake` or the deadline passes.
  public func wait() async {
    await withUnsafeContinuation { waiter = $0 }
  }

  /// Waits no longer than `span` from now, until changed; nil means for ever.
  ///
  /// Moving the deadline later costs a store: the wheel looks again when the old one comes up.
  public func expire(after span: Duration?) {
    guard let span else {
      deadline = .distantFuture
      return
    }
    deadline = loop.turnTime + span
    if deadline < scheduledFor { loop.schedule(self, at: deadline) }
  }

  /// Waits no longer than `span` from now, if the deadline is later.
  public func limit(_ span: Duration) {
    if loop.turnTime + span < deadline { expire(after: span) }
  }

  /// Whether the deadline has passed.
  public var isExpired: Bool { deadline != .distantFuture && loop.now >= deadline }

  /// Forgets the deadline and leaves the wheel; to be called when the connection ends.
  public func retire() {
    sleeper = nil
    deadline = .distantFuture
    loop.unschedule(self)
  }
}
