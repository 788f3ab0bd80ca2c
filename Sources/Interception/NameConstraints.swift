import COpenSSL

/// The names an authority may vouch for (RFC 5280 section 4.2.1.10).
struct NameConstraints {
  /// A set of hosts.
  enum Base: Hashable {
    /// A domain and everything below it; empty for all names, with a dot in front for what is
    /// below it only.
    case domain(String)
    /// An address and a mask, each of 4 or 16 bytes.
    case network([UInt8], mask: [UInt8])
  }

  /// Hosts that may be named; a kind of host that is absent here is not limited.
  var permitted: [Base] = []
  /// Hosts that may not be named, whatever is permitted.
  var excluded: [Base] = []

  /// Those hosts and nothing else, names with what is below them.
  init(only hosts: [HostName]) {
    permitted = hosts.map { host in
      host.address.map { .network($0, mask: .init(repeating: 255, count: $0.count)) }
        ?? .domain(host.text)
    }
    if hosts.allSatisfy({ $0.address != nil }) { excluded.append(.domain("")) }
    for count in [4, 16] where !hosts.contains(where: { $0.address?.count == count }) {
      let any = [UInt8](repeating: 0, count: count)
      excluded.append(.network(any, mask: any))
    }
  }

  /// The constraints a certificate states; nil when it states none.
  init?(of certificate: Certificate) {
    guard
      let found = X509_get_ext_d2i(certificate.pointer, NID_name_constraints, nil, nil)?
        .assumingMemoryBound(to: NAME_CONSTRAINTS.self)
    else { return nil }
    defer { NAME_CONSTRAINTS_free(found) }
    permitted = NameConstraints.bases(of: found, excluded: 0)
    excluded = NameConstraints.bases(of: found, excluded: 1)
  }

  private static func bases(
    of constraints: UnsafeMutablePointer<NAME_CONSTRAINTS>, excluded: Int32
  ) -> [Base] {
    (0..<copenssl_constraints_count(constraints, excluded)).compactMap { index in
      var start: UnsafePointer<UInt8>?
      var count: Int32 = 0
      let type = copenssl_constraints_at(constraints, excluded, index, &start, &count)
      let bytes = Array(UnsafeBufferPointer(start: start, count: Int(count)))
      switch type {
      case GEN_DNS: return .domain(String(decoding: bytes, as: UTF8.self).lowercased())
      case GEN_IPADD where bytes.count == 8 || bytes.count == 32:
        let half = bytes.count / 2
        return .network(Array(bytes[..<half]), mask: Array(bytes[half...]))
      default: return nil
      }
    }
  }

  /// Whether a certificate for `host` is within the constraints.
  func allow(_ host: HostName) -> Bool {
    let sameKind = permitted.filter { base in
      if case .domain = base { return host.address == nil }
      return host.address != nil
    }
    return (sameKind.isEmpty || sameKind.contains { $0.contains(host) })
      && !excluded.contains { $0.contains(host) }
  }

  /// The constraints as an extension; nil when memory runs out.
  func encoded() -> UnsafeMutablePointer<NAME_CONSTRAINTS>? {
    guard let encoded = NAME_CONSTRAINTS_new() else { return nil }
    for (bases, isExcluded) in [(permitted, Int32(0)), (excluded, 1)] {
      for base in bases where copenssl_constrain(encoded, isExcluded, base.encoded()) != 1 {
        NAME_CONSTRAINTS_free(encoded)
        return nil
      }
    }
    return encoded
  }
}

extension NameConstraints.Base {
  func contains(_ host: HostName) -> Bool {
    switch self {
    case .domain(let domain):
      guard host.address == nil else { return false }
      if domain.isEmpty || host.text == domain { return true }
      return host.text.hasSuffix(domain.hasPrefix(".") ? domain : "." + domain)
    case .network(let network, let mask):
      guard let address = host.address, address.count == network.count else { return false }
      return zip(zip(address, network), mask).allSatisfy { pair, mask in
        pair.0 & mask == pair.1 & mask
      }
    }
  }

  /// The domain, or the address with the length of its mask when that is not the longest.
  var text: String {
    switch self {
    case .domain(let domain): return domain
    case .network(let network, let mask):
      let length = mask.reduce(0) { $0 + $1.nonzeroBitCount }
      let address = HostName(address: network).text
      return length == mask.count * 8 ? address : "\(address)/\(length)"
    }
  }

  fileprivate func encoded() -> UnsafeMutablePointer<GENERAL_NAME>? {
    switch self {
    case .domain(let domain):
      let bytes = Array(domain.utf8)
      return copenssl_name(GEN_DNS, bytes, Int32(bytes.count))
    case .network(let network, let mask):
      return copenssl_name(GEN_IPADD, network + mask, Int32(network.count * 2))
    }
  }
}
