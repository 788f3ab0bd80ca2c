import Events

/// Runs code the way a worker's runs: on a loop of its own, on the calling thread.
actor LoopBench {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(_ loop: EventLoop) { self.loop = loop }

  func perform<R: Sendable>(
    _ body: @Sendable (isolated LoopBench) async throws -> R
  ) async -> Result<R, any Error> {
    do {
      return .success(try await body(self))
    } catch {
      return .failure(error)
    }
  }

  /// Runs `body` to its end and stops the loop.
  static func run<R: Sendable>(
    _ body: @escaping @Sendable (isolated LoopBench) async throws -> R
  ) throws -> R {
    let loop = try EventLoop()
    let bench = LoopBench(loop)
    let outcome = Outcome<R>()
    Task(executorPreference: loop) {
      outcome.result = await bench.perform(body)
      loop.stop()
    }
    loop.run()
    guard let result = outcome.result else { throw NoOutcome() }
    return try result.get()
  }
}

/// Carries a result out of the loop's task; written and read on one thread.
private final class Outcome<R: Sendable>: @unchecked Sendable {
  var result: Result<R, any Error>?
}

private struct NoOutcome: Error {}
