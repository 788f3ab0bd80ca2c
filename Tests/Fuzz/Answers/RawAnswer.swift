import FuzzSupport

/// An answer as it comes: a status, field lines, an empty line, and a body.
struct RawAnswer {
  let status: Int
  let fields: [String: String]
  let body: [UInt8]

  /// The lines of `bytes` are joined by name as the proxy joins them.
  init(status: Int, _ bytes: [UInt8]) {
    self.status = status
    var fields: [String: String] = [:]
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      guard !line.isEmpty else { break }
      let parts = line.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(decoding: parts[0], as: UTF8.self).lowercased()
      let value = parts.count < 2 ? "" : String(decoding: parts[1].trimmed, as: UTF8.self)
      fields[name] = fields[name].map { "\($0), \(value)" } ?? value
    }
    self.fields = fields
    body = Array(rest)
  }
}
