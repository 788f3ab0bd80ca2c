import COpenSSL
import Encrypting
import Timekeeping

extension CertificateAuthority {
  /// Makes an authority: an EC key on P-256 and a certificate that it signs itself.
  ///
  /// - Parameters:
  ///   - hosts: The names and addresses it may vouch for; nil for all.
  ///   - certificate: The certificate's file, mode 0644.
  ///   - key: The key's file, mode 0600.
  ///   - days: How long it is valid, 1 to 36500.
  ///   - replacing: Whether files that are already there are replaced.
  /// - Throws: `AuthorityFault` for files that cannot be written or are already there, for text that
  ///   is no host, and for days out of range; nothing is then left behind.
  public static func create(
    hosts: [String]?, certificate: String, key: String, days: Int, replacing: Bool,
    at now: WallTime
  ) throws(AuthorityFault) {
    guard (1...36_500).contains(days) else {
      throw AuthorityFault(certificate, "cannot be valid for \(days) days, allowed: 1 to 36500")
    }
    guard certificate != key else {
      throw AuthorityFault(key, "is the certificate's file too, allowed: two files")
    }
    let constraints = try hosts.map { hosts throws(AuthorityFault) in
      NameConstraints(only: try names(hosts, for: certificate))
    }
    guard let fresh = PrivateKey(), let signed = sign(fresh, constraints, days: days, at: now)
    else { throw AuthorityFault(certificate, "cannot be made: \(ErrorQueue.text)") }
    try NewFile.write(
      [
        (key, 0o600, { PEM_write_bio_PrivateKey($0, fresh.pointer, nil, nil, 0, nil, nil) == 1 }),
        (certificate, 0o644, { PEM_write_bio_X509($0, signed.pointer) == 1 }),
      ], replacing: replacing)
  }

  private static func names(
    _ hosts: [String], for file: String
  ) throws(AuthorityFault) -> [HostName] {
    var names: [HostName] = []
    for host in hosts {
      guard let name = HostName(host) else {
        throw AuthorityFault(file, "cannot be limited to \"\(host)\", allowed: names and addresses")
      }
      if !names.contains(name) { names.append(name) }
    }
    guard names.isEmpty else { return names }
    throw AuthorityFault(file, "would vouch for no host, allowed: at least one")
  }

  private static func sign(
    _ key: PrivateKey, _ constraints: NameConstraints?, days: Int, at now: WallTime
  ) -> Certificate? {
    // A day back, for clients whose clock is late.
    guard
      var builder = CertificateBuilder(
        for: key, from: now + .seconds(-86_400), to: now + .seconds(Int64(days) * 86_400))
    else { return nil }
    // The number tells an authority from the one it replaces.
    builder.name([("O", "Penstock"), ("CN", "Penstock local authority \(builder.shortSerial)")])
    builder.issue(by: nil)
    builder.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
    builder.add(NID_key_usage, "critical,keyCertSign,cRLSign")
    builder.add(NID_subject_key_identifier, "hash")
    if let constraints { builder.add(constraints) }
    return builder.signed(with: key)
  }
}
