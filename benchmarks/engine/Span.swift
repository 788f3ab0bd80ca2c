import Glibc

/// Processor time spent in so many calls: what others do on the machine does not count.
struct Span {
  private var total: Int64 = 0
  private var count = 0

  /// Runs `body`, which makes `count` calls.
  mutating func measure<R>(count: Int, _ body: () -> R) -> R {
    let start = Span.processorTime
    let result = body()
    total += Span.processorTime - start
    self.count += count
    return result
  }

  /// Nanoseconds a call, rounded.
  var mean: Int64 { (total + Int64(count) / 2) / Int64(max(1, count)) }

  private static var processorTime: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
