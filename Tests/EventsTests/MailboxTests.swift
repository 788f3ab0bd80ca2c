import Synchronization
import Testing

@testable import Events

@Suite struct MailboxTests {
  @Test
  func `every message of every thread comes once, in its thread's order, on the loop's thread`()
    throws
  {
    let loop = try EventLoop()
    let mailbox = try Mailbox<(sender: Int, number: Int)>()
    let senders = 4
    let each = 5_000
    var next = Array(repeating: 0, count: senders)
    var left = senders * each
    mailbox.open(on: loop) { message in
      #expect(loop.isCurrent)
      #expect(message.number == next[message.sender])
      next[message.sender] += 1
      left -= 1
      if left == 0 { loop.stop() }
    }
    let loops = try (0..<senders).map { _ in try EventLoop() }
    let threads = try loops.enumerated().map { try LoopThread($0.element, name: "t\($0.offset)") }
    for (sender, other) in loops.enumerated() {
      Task(executorPreference: other) {
        for number in 0..<each { mailbox.post([(sender, number)]) }
        other.stop()
      }
    }
    loop.run()
    for thread in threads { thread.join() }
    #expect(next == Array(repeating: each, count: senders))
    mailbox.close()
  }
}

@Suite struct GuardedTests {
  @Test func `threads use the value one after the other`() throws {
    let sum = Shared()
    let loops = try (0..<3).map { _ in try EventLoop() }
    let threads = try loops.map { try LoopThread($0, name: "adder") }
    for loop in loops {
      Task(executorPreference: loop) {
        for _ in 0..<20_000 { sum.value.withLock { $0.append($0.count) } }
        loop.stop()
      }
    }
    for thread in threads { thread.join() }
    #expect(sum.value.withLock { $0 } == Array(0..<60_000))
  }

  private final class Shared: Sendable {
    let value = Guarded<[Int]>([])
  }
}
