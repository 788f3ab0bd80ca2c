import DequeModule
import Passwords

/// Has passwords checked off the loops, since a check costs milliseconds of CPU by design: at most
/// two at once, while 64 wait.
actor PasswordDesk {
  enum Answer: Sendable { case right, wrong, busy }

  private let book: PasswordBook
  private static let mostRunning = 2
  private static let mostWaiting = 64
  private var running = 0
  private var waiting: Deque<CheckedContinuation<Void, Never>> = []

  init(_ book: PasswordBook) { self.book = book }

  /// Whether the password is the user's; busy when too many wait.
  func check(_ credential: BasicCredential) async -> Answer {
    if running < PasswordDesk.mostRunning {
      running += 1
    } else {
      guard waiting.count < PasswordDesk.mostWaiting else { return .busy }
      await withCheckedContinuation { waiting.append($0) }
    }
    let book = self.book
    // Detached: the desk is free for others meanwhile.
    let isRight = await Task.detached {
      book.verify(user: credential.user, password: credential.password)
    }.value
    // The place goes to the next who waits.
    if let next = waiting.popFirst() { next.resume() } else { running -= 1 }
    return isRight ? .right : .wrong
  }
}
