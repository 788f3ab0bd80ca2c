import Foundation

/// A file read line by line, never held as a whole.
final class LineFile {
  private static let piece = 1 << 18
  /// What is longer is cut: no line of a log is.
  private static let longest = 1 << 17

  private let handle: FileHandle
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// The file at `path`, or nil when it cannot be read.
  init?(_ path: String) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      !isFolder.boolValue, let handle = FileHandle(forReadingAtPath: path)
    else { return nil }
    self.handle = handle
  }

  deinit { try? handle.close() }

  /// The next line without its end; nil after the last.
  func next() -> [UInt8]? {
    var line: [UInt8] = []
    var hasBegun = false
    while true {
      if start == buffer.count, !fill() { return hasBegun ? line : nil }
      hasBegun = true
      let rest = buffer[start...]
      let end = rest.firstIndex(of: 0x0A)
      let part = buffer[start..<(end ?? buffer.count)]
      line += part.prefix(max(0, LineFile.longest - line.count))
      start = (end ?? buffer.count) + (end == nil ? 0 : 1)
      if end != nil { return line }
    }
  }

  private func fill() -> Bool {
    guard !isAtEnd, let data = try? handle.read(upToCount: LineFile.piece), !data.isEmpty else {
      isAtEnd = true
      return false
    }
    buffer = [UInt8](data)
    start = 0
    return true
  }
}
