import HTTPWire

/// How a client's requests come in, and so which targets they may name.
enum Entrance: Hashable {
  /// On a listener: absolute URIs, base URLs and CONNECT.
  case proxy
  /// Inside TLS that ends here: paths of the host that CONNECT named, and nothing else.
  case intercepted(Intercepted)
}

/// The host that CONNECT named, whose TLS ends here.
struct Intercepted: Hashable {
  /// In lower case, IPv6 without brackets.
  let host: String
  let port: UInt16
  /// Index of the host's API.
  let api: Int

  /// Whether an authority of a request is the one that CONNECT named.
  func isNamed(by authority: Authority, in block: FieldBlock) -> Bool {
    isNamed(host: authority.host, port: authority.port, in: block)
  }

  /// Whether a host, in any case, and a port are the ones that CONNECT named; a port may be absent.
  func isNamed(host: ByteRange, port: UInt16?, in block: FieldBlock) -> Bool {
    LocalName.isSame(block, host, as: self.host) && (port ?? self.port) == self.port
  }
}
