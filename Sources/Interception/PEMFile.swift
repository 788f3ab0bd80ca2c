import COpenSSL
import Encrypting
import Glibc

/// Certificates and keys in PEM files.
enum PEMFile {
  private static let most = 1 << 20

  /// The certificates of a file, at least one and at most 100.
  static func certificates(_ path: String) throws(AuthorityFault) -> [Certificate] {
    try read(path, forbidden: nil) { memory throws(AuthorityFault) in
      var found: [Certificate] = []
      while found.count < 100, let next = copenssl_read_certificate(memory) {
        found.append(Certificate(owning: next))
      }
      guard !found.isEmpty else {
        throw AuthorityFault(path, "no certificate in it, allowed: PEM with BEGIN CERTIFICATE")
      }
      return found
    }
  }

  /// The private key of a file whose mode has no bit of `forbidden`.
  static func key(_ path: String, forbidden: mode_t) throws(AuthorityFault) -> PrivateKey {
    try read(path, forbidden: isCredential(path) ? 0o007 : forbidden) {
      memory throws(AuthorityFault) in
      if let key = copenssl_read_key(memory) { return PrivateKey(owning: key) }
      throw AuthorityFault(
        path, "no private key in it that can be read, allowed: PEM without a passphrase")
    }
  }

  /// Lends a file's bytes, and wipes them after.
  private static func read<R>(
    _ path: String, forbidden: mode_t?,
    _ body: (OpaquePointer) throws(AuthorityFault) -> R
  ) throws(AuthorityFault) -> R {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw AuthorityFault(path, "cannot be read: \(systemWords())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw AuthorityFault(path, "is no file")
    }
    if let forbidden { try check(path, status, forbidden) }
    guard status.st_size <= most else {
      throw AuthorityFault(path, "has \(status.st_size) bytes, allowed: at most \(most)")
    }
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: most)
    var count = 0
    defer {
      OPENSSL_cleanse(bytes, count)
      bytes.deallocate()
    }
    while count < most {
      let more = Glibc.read(descriptor, bytes + count, most - count)
      if more < 0 { throw AuthorityFault(path, "cannot be read: \(systemWords())") }
      if more == 0 { break }
      count += more
    }
    guard let memory = BIO_new_mem_buf(bytes, Int32(count)) else {
      throw AuthorityFault(path, "cannot be read: \(ErrorQueue.text)")
    }
    defer {
      BIO_free(memory)
      ErrorQueue.clear()
    }
    return try body(memory)
  }

  /// Whether systemd put the file there: the group's bits are then those of an access list that
  /// names the service's user (systemd.exec(5)).
  private static func isCredential(_ path: String) -> Bool {
    guard let folder = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }),
      !folder.isEmpty
    else { return false }
    return path.hasPrefix(folder + "/") && !path.contains("/../")
  }

  private static func check(
    _ path: String, _ status: stat, _ forbidden: mode_t
  ) throws(AuthorityFault) {
    let mode = status.st_mode & 0o7777
    guard mode & forbidden == 0 else {
      throw AuthorityFault(
        path,
        "has mode \(octal(mode)), others than its owner may get at the key, allowed: "
          + "\(octal(mode & ~forbidden)) (chmod \(octal(mode & ~forbidden)) \(path))")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw AuthorityFault(
        path,
        "belongs to the user \(status.st_uid), allowed: the user Penstock runs as "
          + "(\(geteuid())) or root")
    }
  }

  private static func octal(_ mode: mode_t) -> String {
    "0" + String(mode, radix: 8)
  }

  /// The system's words for its last error.
  static func systemWords() -> String { String(cString: strerror(errno)) }
}
