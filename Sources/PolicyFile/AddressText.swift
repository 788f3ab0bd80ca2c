import Policy

/// Addresses to listen on: `127.0.0.1:8080`, `[::1]:8080`.
enum AddressText {
  static func parse(_ text: String) throws(Misread) -> ListenAddress {
    if text.hasPrefix("unix:") {
      throw Misread("unix: addresses are not supported by this version of Penstock")
    }
    guard let (host, given) = HostText.parts(text), let port = given,
      HostText.ipv4(host) != nil || HostText.ipv6(host) != nil
    else {
      throw Misread(
        "\(Echo.quoted(text)) is no address to listen on, allowed: a numeric address and a port, "
          + "such as 127.0.0.1:8080 or [::1]:8080")
    }
    guard HostText.isLoopback(host) else {
      throw Misread(
        "\(Echo.quoted(text)) is reachable from other machines and needs authentication, which "
          + "this version does not have, allowed: 127.0.0.0/8 and [::1]")
    }
    return ListenAddress.tcp(host: host, port: port)
  }
}
