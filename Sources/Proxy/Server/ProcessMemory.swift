import CSystem
import Glibc

/// The memory of this process, as the system counts it.
final class ProcessMemory: Sendable {
  /// Open for good: there may be no descriptor left when it matters.
  private let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Resident bytes; 0 when the system does not say (proc(5), `statm`).
  var resident: Int {
    var text = [UInt8](repeating: 0, count: 128)
    let count = pread(descriptor, &text, text.count, 0)
    guard count > 0 else { return 0 }
    let words = text[..<count].split(separator: UInt8(ascii: " "))
    guard words.count > 1, let pages = Int(String(decoding: words[1], as: UTF8.self)) else {
      return 0
    }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Gives what is free of the heap back to the system.
  func trim() { csystem_trim_heap() }

  /// The least bound of the control groups this process is in; nil for none (cgroups(7), version 2).
  static var groupBound: Int? {
    guard
      let line = text("/proc/self/cgroup")?.split(separator: "\n").first(where: {
        $0.hasPrefix("0::/")
      })
    else { return nil }
    var path = line.dropFirst(3)
    var least: Int?
    while true {
      let folder = path == "/" ? "" : path
      if let bound = text("/sys/fs/cgroup\(folder)/memory.max").flatMap({ Int($0.dropLast()) }) {
        least = min(least ?? bound, bound)
      }
      guard !folder.isEmpty, let slash = folder.lastIndex(of: "/") else { return least }
      path = folder[..<slash]
    }
  }

  private static func text(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
