import COpenSSL
import Timekeeping

/// An X.509 certificate.
final class Certificate {
  let pointer: OpaquePointer

  /// Takes over the caller's reference.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { X509_free(pointer) }

  var notBefore: WallTime { Certificate.time(X509_get0_notBefore(pointer)) }
  var notAfter: WallTime { Certificate.time(X509_get0_notAfter(pointer)) }

  private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> WallTime {
    WallTime(secondsSinceEpoch: copenssl_seconds(time))
  }

  /// Whether it was issued under its own name: a root, which clients have.
  var isSelfIssued: Bool {
    X509_NAME_cmp(X509_get_subject_name(pointer), X509_get_issuer_name(pointer)) == 0
  }

  /// Its subject in one line, such as `O = Penstock, CN = api.example` (RFC 2253 with spaces).
  var subject: String {
    guard let memory = BIO_new(BIO_s_mem()) else { return "" }
    defer { BIO_free(memory) }
    copenssl_print_name(memory, X509_get_subject_name(pointer))
    var bytes: UnsafeMutablePointer<CChar>?
    let count = copenssl_bio_bytes(memory, &bytes)
    return String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: max(0, count)), as: UTF8.self)
  }

  /// SHA-256 of its encoding in hexadecimal with colons.
  var fingerprint: String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard X509_digest(pointer, EVP_sha256(), &digest, &count) == 1 else { return "" }
    let digits = Array("0123456789ABCDEF")
    return digest[..<Int(count)].map { byte in
      String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }.joined(separator: ":")
  }
}
