import CSystem
import Events
import Glibc
import Testing
import Timekeeping

@Suite struct EventLoopTests {
  @Test func `a task stays on the loop's thread over suspensions`() throws {
    let threads = try LoopBench.run { bench in
      var seen: Set<UInt> = []
      let point = WaitPoint(bench.loop)
      for _ in 0..<3 {
        seen.insert(UInt(pthread_self()))
        point.expire(after: .milliseconds(1))
        let timer = Timer(bench.loop) { point.wake() }
        timer.set(bench.loop.now + .milliseconds(1))
        await point.wait()
      }
      seen.insert(UInt(pthread_self()))
      return seen
    }
    #expect(threads.count == 1)
  }

  @Test func `jobs from another thread are run and wake the loop`() throws {
    let sum = try LoopBench.run { bench in
      let tasks = (1...50).map { number in
        Task.detached { await bench.double(number) }
      }
      var sum = 0
      for task in tasks { sum += await task.value }
      return sum
    }
    #expect(sum == 50 * 51)
  }

  @Test func `timers fire in the order of their deadlines and never early`() throws {
    let order = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      var fired: [(Int, Duration)] = []
      let start = bench.loop.now
      let timers = [30, 10, 20].map { delay in
        let timer = Timer(bench.loop) {
          fired.append((delay, bench.loop.now - start))
          point.wake()
        }
        timer.set(start + .milliseconds(delay))
        return timer
      }
      while fired.count < 3 { await point.wait() }
      withExtendedLifetime(timers) {}
      return fired.map { "\($0.0):\($0.1 >= .milliseconds($0.0))" }
    }
    #expect(order == ["10:true", "20:true", "30:true"])
  }

  @Test func `a timer that is unset does not fire, and one set again fires once`() throws {
    let count = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      var count = 0
      let counted = Timer(bench.loop) { count += 1 }
      counted.set(bench.loop.now + .milliseconds(5))
      counted.set(nil)
      counted.set(bench.loop.now + .milliseconds(2))
      counted.set(bench.loop.now + .milliseconds(4))
      let end = Timer(bench.loop) { point.wake() }
      end.set(bench.loop.now + .milliseconds(20))
      await point.wait()
      return count
    }
    #expect(count == 1)
  }

  @Test func `a deadline wakes its point, and moving it later costs no early wake`() throws {
    let elapsed = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      let start = bench.loop.now
      point.expire(after: .milliseconds(100))
      point.expire(after: .milliseconds(400))
      while !point.isExpired { await point.wait() }
      point.retire()
      return bench.loop.now - start
    }
    #expect(elapsed >= .milliseconds(400))
    #expect(elapsed < .seconds(3))
  }

  @Test func `a deadline moved earlier is kept`() throws {
    let elapsed = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      let start = bench.loop.now
      point.expire(after: .seconds(75))
      point.expire(after: .milliseconds(50))
      while !point.isExpired { await point.wait() }
      return bench.loop.now - start
    }
    #expect(elapsed < .seconds(3))
  }

  @Test func `a signal reaches its handler on the loop`() throws {
    let came = try LoopBench.run { bench in
      let point = WaitPoint(bench.loop)
      var came = 0
      let watch = SignalWatch(bench.loop, SIGUSR2) {
        came += 1
        point.wake()
      }
      kill(getpid(), SIGUSR2)
      while came == 0 { await point.wait() }
      withExtendedLifetime(watch) {}
      return came
    }
    #expect(came == 1)
  }
}

extension LoopBench {
  func double(_ number: Int) -> Int { number * 2 }
}
