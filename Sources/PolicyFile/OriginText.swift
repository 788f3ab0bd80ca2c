import Policy

/// Where an API stands: scheme, host, and a port where it is not the scheme's own.
enum OriginText {
  /// The origin `text` means; it is not repeated in the reason, for it may hold a password.
  static func parse(_ text: String) throws(Misread) -> Origin {
    let isSecure = text.hasPrefix("https://")
    guard isSecure || text.hasPrefix("http://") else {
      throw Misread("an origin starts with https:// or http://, such as https://api.example.com")
    }
    let authority = text.dropFirst(isSecure ? 8 : 7)
    if authority.contains("@") {
      throw Misread("an origin has no user or password, allowed: scheme, host and port")
    }
    if authority.contains(where: { "/?#".contains($0) }) {
      throw Misread("an origin has no path, not even a last /, allowed: scheme, host and port")
    }
    guard let (host, port) = HostText.parts(String(authority)), port != 0,
      HostText.isName(host) || HostText.ipv4(host) != nil || HostText.ipv6(host) != nil
    else {
      throw Misread(
        "this origin's host or port is not valid, allowed: a name without a trailing dot or a "
          + "numeric address, and a port from 1 to 65535")
    }
    return Origin(isSecure: isSecure, host: host, port: port ?? (isSecure ? 443 : 80))
  }
}
