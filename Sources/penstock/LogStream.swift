import Glibc
import Synchronization

/// Standard error as the log needs it: a thread serves thousands, so a line that would have to
/// wait for the log's reader is lost, and so is one that cannot be written; their number is told
/// once lines can be written again.
struct LogStream: TextOutputStream, Sendable {
  /// What a pipe that is ready for writing takes without blocking (pipe(7), `PIPE_BUF`).
  private static let longest = 4096
  private static let untold = Atomic<Int>(0)
  private static let all = Atomic<Int>(0)
  /// Of two threads that both find the pipe ready, the second might find it full.
  private static let turn = Mutex<Void>(())

  /// Lines lost since the process began.
  static var lost: Int { all.load(ordering: .relaxed) }

  /// Makes sure that no other descriptor can get the numbers of the standard streams: whoever
  /// starts the process may have closed them, and lines of the log would go where they lead.
  static func takeStandardStreams() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      // The lowest number that is free is given first.
      _ = open("/dev/null", O_RDWR)
    }
  }

  mutating func write(_ line: String) {
    let untold = LogStream.untold.exchange(0, ordering: .relaxed)
    let text = untold > 0 ? "\(untold) lines of the log were lost\n\(line)" : line
    guard !LogStream.put(text) else { return }
    LogStream.untold.add(untold + 1, ordering: .relaxed)
    LogStream.all.add(1, ordering: .relaxed)
  }

  private static func put(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      turn.withLock { _ in
        isReady && Glibc.write(STDERR_FILENO, bytes.baseAddress, min(bytes.count, longest)) > 0
      }
    }
  }

  private static var isReady: Bool {
    var watched = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&watched, 1, 0) == 1 && watched.revents & Int16(POLLOUT) != 0
  }
}
