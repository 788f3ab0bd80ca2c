import Timekeeping

/// The requests of an access log, read a line at a time.
///
/// Two kinds of lines are understood: the common and combined log format as nginx and Apache write
/// it, and JSON objects with `time`, `method` and `path`. Other lines are counted, never fatal.
public struct AccessLog {
  /// Lines that were not understood.
  public struct Bad: Hashable, Sendable {
    /// The line's number, from 1.
    public var line: Int
    /// What is wrong with it.
    public var reason: String
  }

  /// How many bad lines are kept by their numbers; all are counted.
  static let mostBad = 5

  private let nextLine: () -> [UInt8]?
  /// Lines read so far.
  public private(set) var lines = 0
  /// Lines that were not understood.
  public private(set) var badLines = 0
  /// The first of them.
  public private(set) var firstBad: [Bad] = []

  /// A log whose lines, without their ends, `nextLine` gives; nil after the last.
  public init(nextLine: @escaping () -> [UInt8]?) { self.nextLine = nextLine }

  /// The next request, or nil at the end.
  mutating func next() -> LoggedRequest? {
    while let line = nextLine() {
      lines += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
      do throws(LogFault) {
        return try LoggedRequest(line: line)
      } catch {
        addBad(error.reason)
      }
    }
    return nil
  }

  /// Counts the line read last as bad.
  mutating func addBad(_ reason: String) {
    badLines += 1
    if firstBad.count < AccessLog.mostBad { firstBad.append(Bad(line: lines, reason: reason)) }
  }
}

/// Why a line of a log is not understood; never repeats the line.
struct LogFault: Error {
  let reason: String
}
