import COpenSSL
import Encrypting
import Timekeeping

/// A local certificate authority: what interception signs with, and what clients trust.
public final class CertificateAuthority {
  let certificate: Certificate
  let key: PrivateKey
  /// What stands behind a leaf: the authority itself unless it is a root, and those above it.
  let chain: [Certificate]
  let constraints: NameConstraints?
  /// The certificate's file, for errors.
  let file: String

  private init(
    _ certificates: [Certificate], _ key: PrivateKey, constraints: NameConstraints?, file: String
  ) {
    certificate = certificates[0]
    self.key = key
    chain = certificates.filter { !$0.isSelfIssued }
    self.constraints = constraints
    self.file = file
  }

  /// Reads an authority from its PEM files.
  ///
  /// - Throws: `AuthorityFault` for a file that cannot be read, a key that group or others may get
  ///   at, a key that is neither EC nor RSA or not the certificate's, and a certificate that is no
  ///   authority's, not yet valid or expired at `now`.
  public static func load(
    certificate file: String, key keyFile: String, at now: WallTime
  ) throws(AuthorityFault) -> CertificateAuthority {
    let certificates = try PEMFile.certificates(file)
    let certificate = certificates[0]
    let key = try PEMFile.key(keyFile, forbidden: 0o077)
    try check(key, of: keyFile)
    guard X509_check_private_key(certificate.pointer, key.pointer) == 1 else {
      ErrorQueue.clear()
      throw AuthorityFault(keyFile, "is not the key of the certificate in \(file)")
    }
    try check(certificate, of: file, at: now)
    return CertificateAuthority(
      certificates, key, constraints: NameConstraints(of: certificate), file: file)
  }

  private static func check(_ key: PrivateKey, of file: String) throws(AuthorityFault) {
    switch EVP_PKEY_get_base_id(key.pointer) {
    case EVP_PKEY_EC: return
    case EVP_PKEY_RSA:
      let bits = EVP_PKEY_get_bits(key.pointer)
      guard bits < 2048 else { return }
      throw AuthorityFault(file, "is an RSA key of \(bits) bits, allowed: 2048 or more")
    default: throw AuthorityFault(file, "is another kind of key, allowed: EC or RSA")
    }
  }

  private static func check(
    _ certificate: Certificate, of file: String, at now: WallTime
  ) throws(AuthorityFault) {
    let usage = X509_get_key_usage(certificate.pointer)
    guard X509_check_ca(certificate.pointer) == 1, usage & UInt32(KU_KEY_CERT_SIGN) != 0 else {
      throw AuthorityFault(
        file, "is no authority's certificate, allowed: basicConstraints CA:TRUE and keyCertSign")
    }
    guard certificate.notBefore <= now else {
      let from = ISODate.text(of: certificate.notBefore)
      throw AuthorityFault(file, "is not valid before \(from)")
    }
    guard now < certificate.notAfter else {
      let to = ISODate.text(of: certificate.notAfter)
      throw AuthorityFault(file, "expired at \(to), allowed: one that 'penstock ca init' makes new")
    }
  }

  /// Whether its name constraints let it vouch for a host, a name or an address.
  public func mayVouch(for host: String) -> Bool {
    guard let host = HostName(host) else { return false }
    return mayVouch(for: host)
  }

  func mayVouch(for host: HostName) -> Bool { constraints?.allow(host) ?? true }

  /// Its subject in one line.
  public var subject: String { certificate.subject }

  /// When its certificate becomes valid.
  public var notBefore: WallTime { certificate.notBefore }

  /// When its certificate expires.
  public var notAfter: WallTime { certificate.notAfter }

  /// SHA-256 of its certificate in hexadecimal with colons.
  public var fingerprint: String { certificate.fingerprint }

  /// The hosts it may vouch for, names together with what is below them; nil when it is not limited.
  public var hosts: [String]? { constraints?.permitted.map(\.text) }
}
