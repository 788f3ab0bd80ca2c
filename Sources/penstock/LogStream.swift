import Glibc
import Synchronization

/// Standard error as the log needs it: one thread serves everybody, so a line that would have to
/// wait for the log's reader is dropped, and their number told once the reader goes on.
struct LogStream: TextOutputStream, Sendable {
  /// What a pipe that is ready for writing takes without blocking (pipe(7), `PIPE_BUF`).
  private static let longest = 4096
  private static let dropped = Atomic<Int>(0)

  mutating func write(_ line: String) {
    guard LogStream.isReady else {
      LogStream.dropped.add(1, ordering: .relaxed)
      return
    }
    let lost = LogStream.dropped.exchange(0, ordering: .relaxed)
    var text = lost > 0 ? "\(lost) lines of the log were lost: nobody read it\n" : ""
    text += line
    text.withUTF8 { bytes in
      _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, min(bytes.count, LogStream.longest))
    }
  }

  private static var isReady: Bool {
    var watched = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&watched, 1, 0) == 1 && watched.revents & Int16(POLLOUT) != 0
  }
}
