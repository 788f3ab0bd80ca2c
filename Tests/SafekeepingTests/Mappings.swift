import Glibc
import Testing

/// The memory of this process as the system tells it (proc(5), `/proc/PID/smaps`).
enum Mappings {
  /// The flags of the mapping that holds an address.
  static func flags(at place: UnsafeRawPointer) throws -> [Substring] {
    let address = UInt(bitPattern: place)
    var isInside = false
    for line in try text(of: "/proc/self/smaps").split(separator: "\n") {
      let bounds = line.prefix { $0 != " " }.split(separator: "-")
      if bounds.count == 2, let low = UInt(bounds[0], radix: 16),
        let high = UInt(bounds[1], radix: 16)
      {
        isInside = low <= address && address < high
      } else if isInside, line.hasPrefix("VmFlags:") {
        return line.split(separator: " ")
      }
    }
    Issue.record("no mapping has the address")
    return []
  }

  private static func text(of path: String) throws -> String {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 {
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
