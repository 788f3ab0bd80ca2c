/// An address of this machine that no other machine can reach, with a port.
public struct LoopbackAddress: Hashable, Sendable {
  /// Why a text is no such address; the description is a sentence for an operator.
  public struct Misread: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what can be written instead.
    public let description: String
  }

  /// The numeric address, without brackets.
  public let host: String
  /// The port; 0 lets the system choose.
  public let port: UInt16

  private init(_ host: String, _ port: UInt16) {
    self.host = host
    self.port = port
  }

  /// The address that `text` means: `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`.
  public static func parse(_ text: String) throws(Misread) -> LoopbackAddress {
    guard let colon = text.lastIndex(of: ":"), let port = port(text[text.index(after: colon)...])
    else {
      throw Misread(
        description: "\"\(text)\" is no address, allowed: a host, a colon and a port, such as "
          + "127.0.0.1:8080; port 0 chooses a free one")
    }
    let host = text[..<colon]
    if host == "localhost" { return LoopbackAddress("127.0.0.1", port) }
    if host == "[::1]" { return LoopbackAddress("::1", port) }
    guard isLoopback(host) else {
      throw Misread(
        description: "\"\(text)\" is no loopback address: an emulated provider answers anybody who "
          + "reaches it, with no secret asked, so it listens on this machine only; allowed: "
          + "127.0.0.1:PORT, localhost:PORT or [::1]:PORT")
    }
    return LoopbackAddress(String(host), port)
  }

  /// Whether `host` lies in 127.0.0.0/8 (RFC 1122 section 3.2.1.3), written in full.
  private static func isLoopback(_ host: Substring) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        isNumber(part) && (part == "0" || !part.hasPrefix("0")) && UInt8(part) != nil
      }
  }

  private static func port(_ text: Substring) -> UInt16? { isNumber(text) ? UInt16(text) : nil }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
