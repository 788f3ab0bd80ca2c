import Events
import Glibc
import Timekeeping

/// The file that arrivals are written to, a JSON line each, at most 100 ms late.
final class ArrivalLog {
  /// Lines are written when there are so many bytes of them, or when the first has waited so long.
  private static let enough = 64 << 10
  private static let patience: Duration = .milliseconds(50)

  private let loop: EventLoop
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var timer: Timer?
  /// Called once, when the file takes no more.
  var onFailure: ((IOFailure) -> Void)?

  /// A log at the end of the file at `path`, made if there is none; `-` is standard output.
  init(_ path: String, on loop: EventLoop) throws(IOFailure) {
    self.loop = loop
    descriptor =
      path == "-"
      ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode_t(0o644))
    guard descriptor >= 0 else { throw IOFailure("open \(path)") }
    timer = Timer(loop) { [unowned self] in flush() }
  }

  deinit {
    if descriptor > STDERR_FILENO { close(descriptor) }
  }

  func append(_ record: ArrivalRecord) {
    record.append(to: &pending)
    if pending.count >= ArrivalLog.enough { return flush() }
    if let timer, timer.deadline == nil { timer.set(loop.now + ArrivalLog.patience) }
  }

  /// Writes what has not been written yet.
  func flush() {
    timer?.set(nil)
    defer { pending.removeAll(keepingCapacity: true) }
    var done = 0
    while done < pending.count {
      let count = pending.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if count >= 0 {
        done += count
      } else if errno == EAGAIN {
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&watched, 1, -1)
      } else if errno != EINTR {
        // An arrival that is missing would make a refusal look undeserved: better to stop.
        let failure = IOFailure("write the log")
        let report = onFailure
        onFailure = nil
        report?(failure)
        return
      }
    }
  }
}
