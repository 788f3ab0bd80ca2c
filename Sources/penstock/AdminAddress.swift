import ArgumentParser
import Policy

/// The admin address of a running process, as an operator types it.
enum AdminAddress {
  /// Reads `http://127.0.0.1:9090`, `127.0.0.1:9090`, `localhost:9090` or `unix:/path`.
  static func parse(_ text: String) throws -> ListenAddress {
    let allowed = "allowed: a loopback address such as http://127.0.0.1:9090, or unix:/path"
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard path.hasPrefix("/"), path.utf8.count <= ListenAddress.longestPath else {
        throw ValidationError(
          "--live names no absolute path of at most \(ListenAddress.longestPath) bytes, \(allowed)")
      }
      return .unix(path: path)
    }
    var rest = text[...]
    if rest.hasPrefix("http://") { rest = rest.dropFirst(7) }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let colon = rest.lastIndex(of: ":"),
      let port = UInt16(rest[rest.index(after: colon)...]), port > 0
    else { throw ValidationError("--live names no port, \(allowed)") }
    var host = String(rest[..<colon])
    if host.first == "[", host.last == "]" { host = String(host.dropFirst().dropLast()) }
    if host == "localhost" { host = "127.0.0.1" }
    let digits = host.utf8.allSatisfy { $0 == 0x2E || 0x30...0x39 ~= $0 }
    guard host == "::1" || (host.hasPrefix("127.") && digits) else {
      throw ValidationError("--live is not on this machine, \(allowed)")
    }
    return ListenAddress.tcp(host: host, port: port)
  }
}
