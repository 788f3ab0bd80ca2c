import Policy

/// Addresses to listen on: `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/a.sock`, `systemd:NAME`.
enum AddressText {
  static func parse(_ text: String) throws(Misread) -> ListenAddress {
    if text.hasPrefix("unix:") { return try unix(String(text.dropFirst(5)), of: text) }
    if text.hasPrefix("systemd:") { return try activated(String(text.dropFirst(8)), of: text) }
    guard let (host, given) = HostText.parts(text), let port = given,
      HostText.ipv4(host) != nil || HostText.ipv6(host) != nil
    else {
      // A URL with a password is not repeated.
      let shown = text.contains("@") ? "this" : Echo.quoted(text)
      throw Misread(
        "\(shown) is no address to listen on, allowed: a numeric address and a port, "
          + "such as 127.0.0.1:8080 or [::1]:8080, unix:/path or systemd:NAME")
    }
    return ListenAddress.tcp(host: host, port: port)
  }

  private static func unix(_ path: String, of text: String) throws(Misread) -> ListenAddress {
    guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(where: { $0 < 0x20 })
    else {
      throw Misread(
        "\(Echo.quoted(text)) has no absolute path, allowed after unix: one such as "
          + "/run/penstock/proxy.sock")
    }
    guard path.utf8.count <= ListenAddress.longestPath else {
      throw Misread(
        "\(Echo.quoted(text)) is \(path.utf8.count) bytes long behind unix:, allowed: "
          + "\(ListenAddress.longestPath)")
    }
    return .unix(path: path)
  }

  /// A name that systemd gives a socket it opened (systemd.socket(5), `FileDescriptorName=`).
  private static func activated(_ name: String, of text: String) throws(Misread) -> ListenAddress {
    guard (1...255).contains(name.utf8.count),
      name.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ":") })
    else {
      throw Misread(
        "\(Echo.quoted(text)) names no socket, allowed after systemd: 1 to 255 visible ASCII "
          + "characters without :, as in FileDescriptorName=")
    }
    return .activated(name: name)
  }
}
