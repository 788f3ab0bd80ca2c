import COpenSSL
import Timekeeping

/// A certificate in the making: version 3, a random serial number, SHA-256 (RFC 5280).
///
/// Every step answers nil or false when OpenSSL runs out of memory; `signed` then answers nil.
struct CertificateBuilder {
  private let certificate: Certificate
  private var isWhole = true

  /// A certificate for `key`, valid between two times; nil when memory runs out.
  init?(for key: PrivateKey, from notBefore: WallTime, to notAfter: WallTime) {
    guard let made = X509_new() else { return nil }
    certificate = Certificate(owning: made)
    isWhole =
      X509_set_version(made, Int(X509_VERSION_3)) == 1
      && CertificateBuilder.number(made)
      && ASN1_TIME_set(X509_getm_notBefore(made), Int(notBefore.secondsSinceEpoch)) != nil
      && ASN1_TIME_set(X509_getm_notAfter(made), Int(notAfter.secondsSinceEpoch)) != nil
      && X509_set_pubkey(made, key.pointer) == 1
  }

  /// 128 random bits, positive.
  private static func number(_ made: OpaquePointer) -> Bool {
    guard let serial = BN_new() else { return false }
    defer { BN_free(serial) }
    guard BN_rand(serial, 128, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 else { return false }
    return BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(made)) != nil
  }

  /// The first 8 hexadecimal digits of the serial number.
  var shortSerial: String {
    guard let serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.pointer), nil)
    else { return "" }
    defer { BN_free(serial) }
    guard let text = BN_bn2hex(serial) else { return "" }
    defer { CRYPTO_free(text, nil, 0) }
    return String(String(cString: text).prefix(8)).lowercased()
  }

  /// Says whose certificate it is.
  mutating func name(_ parts: [(field: String, text: String)]) {
    let subject = X509_get_subject_name(certificate.pointer)
    for part in parts where isWhole {
      let bytes = Array(part.text.utf8)
      isWhole =
        X509_NAME_add_entry_by_txt(
          subject, part.field, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
    }
  }

  /// Says whose key signs it; an authority of its own signs itself.
  mutating func issue(by issuer: Certificate?) {
    let subject = X509_get_subject_name((issuer ?? certificate).pointer)
    isWhole = isWhole && X509_set_issuer_name(certificate.pointer, subject) == 1
  }

  /// Adds an extension in the words of x509v3_config(5).
  mutating func add(_ kind: Int32, _ value: String, issuer: Certificate? = nil) {
    var context = X509V3_CTX()
    X509V3_set_ctx(
      &context, (issuer ?? certificate).pointer, certificate.pointer, nil, nil, 0)
    guard isWhole, let made = X509V3_EXT_conf_nid(nil, &context, kind, value) else {
      isWhole = false
      return
    }
    isWhole = X509_add_ext(certificate.pointer, made, -1) == 1
    X509_EXTENSION_free(made)
  }

  /// Adds the host that it vouches for.
  mutating func add(subject host: HostName) {
    let bytes = host.address ?? Array(host.text.utf8)
    let type = host.address == nil ? GEN_DNS : GEN_IPADD
    guard isWhole, let names = copenssl_names(copenssl_name(type, bytes, Int32(bytes.count)))
    else {
      isWhole = false
      return
    }
    isWhole =
      X509_add1_ext_i2d(
        certificate.pointer, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, 0) == 1
    copenssl_names_free(names)
  }

  /// Adds the names it may vouch for.
  mutating func add(_ constraints: NameConstraints) {
    guard isWhole, let encoded = constraints.encoded() else {
      isWhole = false
      return
    }
    isWhole =
      X509_add1_ext_i2d(certificate.pointer, NID_name_constraints, encoded, 1, 0) == 1
    NAME_CONSTRAINTS_free(encoded)
  }

  /// The certificate, signed; nil when a step failed.
  func signed(with key: PrivateKey) -> Certificate? {
    guard isWhole, X509_sign(certificate.pointer, key.pointer, EVP_sha256()) > 0 else {
      return nil
    }
    // One that was read keeps its encoding; one that was made is encoded anew for each handshake.
    return X509_dup(certificate.pointer).map { Certificate(owning: $0) }
  }
}
