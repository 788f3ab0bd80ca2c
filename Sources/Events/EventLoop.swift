import CLibevent
import CSystem
import Glibc
import Timekeeping

/// One thread that waits for events and runs every job of its worker: libevent's base, the only
/// reader of clocks, and the executor of the worker's actor and tasks.
///
/// A turn of the loop first lets every callback say what became ready, then runs the jobs of the
/// tasks that woke. So a job sees all that the system had to report: bytes on an idle connection
/// end it before a request of the same turn can take it. A job never leaves the loop's thread,
/// takes no lock and costs no system call; jobs from other threads come through a mailbox and an
/// eventfd.
///
/// Everything but `enqueue`, `now` and `wall` is for the loop's own thread.
public final class EventLoop: @unchecked Sendable {
  let base: OpaquePointer
  /// Buffers that connections lend and give back.
  public let buffers = BufferPool()
  var jobs: [UnownedJob] = []
  /// What was awakened and has not gone on yet.
  private var awakened: [any Sleeper] = []
  private var isDraining = false
  private var isStopping = false
  /// Points that are woken a few in each turn.
  private var postponed: [WaitPoint] = []
  /// How many: as many as a turn that nobody notices has time for.
  private static let mostPostponed = 64
  private var thread: pthread_t?
  /// Jobs from other threads.
  private let mailbox: Mailbox<UnownedJob>
  private var wheel: DeadlineWheel?
  private var aside: [UnsafeContinuation<Void, Never>] = []
  /// The timers of everything on the loop.
  let timers: TimerQueue
  /// How long turns of the loop took.
  public private(set) var turns = TurnGauge()
  /// When the turn under way began; the far future while nothing has happened in it.
  private var turnBegan = Instant.distantFuture

  /// A loop that waits for nothing yet.
  ///
  /// - Throws: `IOFailure` when the system gives no epoll or eventfd.
  public init() throws(IOFailure) {
    guard let base = clibevent_base_new() else { throw IOFailure("event_base_new") }
    self.base = base
    timers = try TimerQueue()
    mailbox = try Mailbox()
    mailbox.open(on: self) { [unowned self] in jobs.append($0) }
    timers.open(on: self)
    wheel = DeadlineWheel(self)
  }

  deinit {
    event_base_free(base)
  }

  /// The monotonic clock, read now.
  public var now: Instant { Instant(nanoseconds: csystem_monotonic_nanoseconds()) }

  /// The wall clock, read now.
  public var wall: WallTime { WallTime(nanoseconds: csystem_wall_nanoseconds()) }

  /// Runs on the calling thread, which becomes the loop's, until `stop`; once in its life.
  public func run() {
    thread = pthread_self()
    drain()
    while !isStopping {
      let pace = postponed.isEmpty && aside.isEmpty ? EVLOOP_ONCE : EVLOOP_NONBLOCK
      event_base_loop(base, pace | EVLOOP_NO_EXIT_ON_EMPTY)
      wakePostponed()
      endAside()
      drain()
      endTurn()
    }
    // They hold the loop, which holds them.
    mailbox.close()
    wheel = nil
    timers.shut()
  }

  /// Wakes a point soon, but not before what else there is to do.
  func postpone(_ point: WaitPoint) {
    guard !point.isPostponed else { return }
    point.isPostponed = true
    postponed.append(point)
  }

  private func wakePostponed() {
    guard !postponed.isEmpty else { return }
    beginTurn()
    for _ in 0..<min(postponed.count, EventLoop.mostPostponed) {
      guard let point = postponed.popLast() else { break }
      point.isPostponed = false
      point.resume()
    }
  }

  /// Says that something is about to be done: every callback's first line.
  @inline(__always)
  func beginTurn() {
    if turnBegan == .distantFuture { turnBegan = now }
  }

  private func endTurn() {
    guard turnBegan != .distantFuture else { return }
    turns.count(from: turnBegan, to: now)
    turnBegan = .distantFuture
  }

  /// The monotonic clock as read when the turn under way began: for what need not be exact, like
  /// the patience with a peer.
  public var turnTime: Instant { turnBegan == .distantFuture ? now : turnBegan }

  /// Ends `run` after the turn under way.
  public func stop() { isStopping = true }

  /// Whether the caller is on the loop's thread, or the loop has none yet.
  public var isCurrent: Bool { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? true }

  /// Lets the loop serve its other events first: work whose peers keep up never waits by itself.
  public func stepAside() async {
    await withUnsafeContinuation { continuation in
      aside.append(continuation)
    }
  }

  private func endAside() {
    guard !aside.isEmpty else { return }
    beginTurn()
    let waiting = aside
    aside.removeAll(keepingCapacity: true)
    for continuation in waiting { continuation.resume() }
  }

  /// Puts a point's deadline on the shared wheel of coarse timers.
  func schedule(_ point: WaitPoint, at deadline: Instant) { wheel?.insert(point, at: deadline) }

  /// Takes a point off the wheel.
  func unschedule(_ point: WaitPoint) { wheel?.remove(point) }

  /// Runs what was awakened and the jobs collected so far, and what those bring about.
  func drain() {
    guard !isDraining else { return }
    isDraining = true
    while !awakened.isEmpty || !jobs.isEmpty {
      var next = 0
      while next < awakened.count {
        awakened[next].awaken()
        next += 1
      }
      awakened.removeAll(keepingCapacity: true)
      next = 0
      while next < jobs.count {
        run(jobs[next])
        next += 1
      }
      jobs.removeAll(keepingCapacity: true)
    }
    isDraining = false
  }

  /// Lets a sleeper go on once every callback of the turn has said what became ready.
  func awaken(_ sleeper: any Sleeper) { awakened.append(sleeper) }

  /// Takes a job from any thread.
  func accept(_ job: UnownedJob) {
    guard thread != nil, !isCurrent else { return jobs.append(job) }
    mailbox.post([job])
  }
}
