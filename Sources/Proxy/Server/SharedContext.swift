import Events
import Logging
import Policy
import Synchronization
import Timekeeping

/// What all workers of the process share; any thread may use it.
final class SharedContext: Sendable {
  let rulebook: Rulebook
  /// How many workers there are.
  let workers: Int
  /// The engine, whose decisions go to the worker whose request they are for.
  let admission: SharedAdmission
  /// How near the process is to its bound of memory.
  let pressure: Pressure
  /// What made batches fail.
  let failedBatches = SharedFailedBatches()
  /// Which credentials were right; nil where no listener asks for a user.
  let users: KnownUsers?
  let notices: NoticeLog
  let logger: Logger
  /// Reads a key's secret again.
  let readSecret: SecretSource.Reading
  /// How many lines of the log were lost so far.
  let lostLines: @Sendable () -> Int
  /// This process's name in `Via`: unlike any other's, so that a loop is seen.
  let pseudonym = "penstock-" + String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
  /// When the process began to serve.
  let started: Instant
  /// Tunnels under way.
  let openTunnels = Atomic(0)
  /// For the lines about handshakes that failed.
  let handshakeLines = Guarded(LogRate())
  /// Workers that have not ended what was under way when draining began.
  let busyWorkers: Atomic<Int>
  private let roster = Guarded<[Worker]>([])

  /// - Throws: `IOFailure` when the system gives no mailbox.
  init(
    _ rulebook: Rulebook, workers: Int, users: KnownUsers? = nil, logger: Logger,
    readSecret: @escaping SecretSource.Reading = SecretSource.unread,
    lostLines: @escaping @Sendable () -> Int = { 0 }, at now: Instant, wall: WallTime
  ) throws {
    self.rulebook = rulebook
    self.workers = workers
    self.users = users
    self.logger = logger
    self.readSecret = readSecret
    self.lostLines = lostLines
    admission = try SharedAdmission(rulebook, workers: workers, at: now, wall: wall)
    pressure = Pressure(bound: rulebook.bounds.memory)
    notices = NoticeLog(logger)
    started = now
    busyWorkers = Atomic(workers)
  }

  /// Names the workers once all of them run; none when all have ended.
  func name(_ workers: [Worker]) { roster.withLock { $0 = workers } }

  /// What each worker is doing.
  func counts() async -> [WorkerReport] {
    var counts: [WorkerReport] = []
    for worker in roster.withLock({ $0 }) { counts.append(await worker.report()) }
    return counts
  }

  /// Closes the idle connections to origins of every worker but one.
  func closePools(besides own: Int) async {
    for (index, worker) in roster.withLock({ $0 }).enumerated() where index != own {
      await worker.closePool()
    }
  }

  /// Has every worker do something, each on its own thread, and does not wait for it.
  func tellAll(_ order: @escaping @Sendable (isolated Worker) -> Void) {
    for worker in roster.withLock({ $0 }) {
      // Without the preference the task's first part would run on another thread.
      Task(executorPreference: worker.loop) { await order(worker) }
    }
  }
}
