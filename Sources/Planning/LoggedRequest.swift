import Feedback
import Timekeeping

/// One request of an access log.
struct LoggedRequest: Hashable, Sendable {
  /// Longest line that is read.
  static let longestLine = 65_536

  /// When it was answered, or arrived where the line says how long it took.
  var time: WallTime
  var method: String
  /// Path and query, or an absolute URL.
  var target: String
  /// Who sent it.
  var caller: String
  /// Whom it acted for, where the line says so.
  var account: String?
  /// The API, where the line names it.
  var api: String?

  /// Reads one line.
  init(line: [UInt8]) throws(LogFault) {
    guard line.count <= LoggedRequest.longestLine else {
      throw LogFault(reason: "longer than 65536 bytes")
    }
    if line.first(where: { $0 != 0x20 }) == UInt8(ascii: "{") {
      try self.init(json: line)
    } else {
      try self.init(combined: String(decoding: line, as: UTF8.self)[...])
    }
  }

  /// `{"time":"2026-02-28T12:01:00Z","method":"GET","path":"/x","caller":"a",...}`.
  private init(json line: [UInt8]) throws(LogFault) {
    let scanner = JSONScanner(line)
    func text(_ names: String...) -> String? {
      for name in names {
        if case .string(let text)? = scanner.scalar(at: [name]) { return text }
      }
      return nil
    }
    guard let stamp = text("time", "at", "ts"), let time = ISODate.parse(stamp) else {
      throw LogFault(reason: "no time such as 2026-02-28T12:01:00Z")
    }
    self.time = time
    method = try LoggedRequest.method(text("method") ?? "")
    target = try LoggedRequest.target(text("path", "target", "url") ?? "")
    caller = text("caller", "client") ?? "-"
    account = text("account")
    api = text("api")
  }

  /// `127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.1" 200 2326 ...`.
  private init(combined line: Substring) throws(LogFault) {
    let words = line.prefix { $0 != "[" }.split(separator: " ")
    guard let first = words.first, let open = line.firstIndex(of: "["),
      let close = line[open...].firstIndex(of: "]"),
      let time = CommonLogDate.parse(line[line.index(after: open)..<close])
    else { throw LogFault(reason: "no time such as [10/Oct/2000:13:55:36 -0700]") }
    let rest = line[close...]
    guard let quote = rest.firstIndex(of: "\"") else {
      throw LogFault(reason: "no request in quotes")
    }
    let inner = rest[rest.index(after: quote)...]
    let parts = inner.prefix { $0 != "\"" }.split(separator: " ")
    guard parts.count == 3, parts[2].hasPrefix("HTTP/") else {
      throw LogFault(reason: "no request such as \"GET /path HTTP/1.1\"")
    }
    self.time = time
    method = try LoggedRequest.method(String(parts[0]))
    target = try LoggedRequest.target(String(parts[1]))
    caller = words.count > 2 && words[2] != "-" ? String(words[2]) : String(first)
  }

  private static func method(_ text: String) throws(LogFault) -> String {
    guard (1...32).contains(text.utf8.count),
      text.utf8.allSatisfy({ 0x41...0x5A ~= $0 || $0 == UInt8(ascii: "-") })
    else { throw LogFault(reason: "no method such as GET") }
    return text
  }

  private static func target(_ text: String) throws(LogFault) -> String {
    guard text.utf8.count <= 8192,
      text.hasPrefix("/") || text.hasPrefix("http://") || text.hasPrefix("https://")
    else { throw LogFault(reason: "no path such as /v1/posts") }
    return text
  }
}
