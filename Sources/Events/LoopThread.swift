import Glibc

/// A thread of its own that runs a loop until that stops.
public final class LoopThread {
  /// Says that the loop runs.
  private final class Beginning: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
      sem_destroy(semaphore)
      semaphore.deallocate()
    }

    func happen() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 {} }
  }

  private var thread = pthread_t()

  /// Starts the thread and returns when it runs the loop: from then on any thread may give it jobs.
  ///
  /// The signals that end a process or reload it are left to the calling thread.
  ///
  /// - Throws: `IOFailure` when the system gives no thread.
  public init(_ loop: EventLoop, name: String) throws(IOFailure) {
    let beginning = Beginning()
    Task(executorPreference: loop) { beginning.happen() }
    var others = sigset_t()
    var before = sigset_t()
    sigemptyset(&others)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&others, signal) }
    pthread_sigmask(SIG_BLOCK, &others, &before)
    let argument = Unmanaged.passRetained(loop)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard failure == 0 else {
      argument.release()
      throw IOFailure("pthread_create", code: failure)
    }
    // What the system takes has 15 bytes at most (pthread_setname_np(3)).
    pthread_setname_np(thread, String(name.prefix(15)))
    beginning.wait()
  }

  /// Waits until the loop has stopped; once.
  public func join() { pthread_join(thread, nil) }
}
