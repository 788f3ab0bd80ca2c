extension EventLoop: SerialExecutor, TaskExecutor {
  /// Takes a job to run on the loop's thread.
  public func enqueue(_ job: consuming ExecutorJob) { accept(UnownedJob(job)) }

  /// The loop as an actor's executor.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// The loop as a task's preferred executor.
  public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

  /// Traps when code that belongs to the loop runs on another thread.
  public func checkIsolated() {
    precondition(isCurrent, "off the loop's thread: start the task with executorPreference: loop")
  }

  func run(_ job: UnownedJob) {
    job.runSynchronously(
      isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
  }
}
