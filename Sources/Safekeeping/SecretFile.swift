import Glibc
import Policy

/// Files with secrets.
enum SecretFile {
  /// Puts a file's content into the vault, past no other memory.
  ///
  /// It is to be a regular file of root's or of this process's user, and nobody else's to read.
  ///
  /// - Parameter isCredential: Whether the service manager has put it there, who lets the service's
  ///   group read it (systemd.exec(5)).
  static func read(
    _ path: String, isCredential: Bool, into vault: Vault
  ) throws(SecretFault) -> Secret {
    // Opening a pipe that nobody writes to would otherwise never end.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw failure(errno) }
    try check(facts, isCredential: isCredential)
    // A byte more than it has shows whether it has grown.
    let size = Int(facts.st_size) + 1
    return try vault.keep(upTo: size, noun: "the file's content") {
      (room) throws(SecretFault) -> Int in
      var count = 0
      while count < size {
        let rest = UnsafeMutableRawBufferPointer(rebasing: room[count..<size])
        let more = Glibc.read(descriptor, rest.baseAddress, rest.count)
        if more == 0 { return count }
        if more < 0, errno != EINTR { throw failure(errno) }
        count += max(0, more)
      }
      throw .unreadable("it grew while it was read")
    }
  }

  private static func check(_ facts: stat, isCredential: Bool) throws(SecretFault) {
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable("it is not a regular file")
    }
    guard facts.st_uid == 0 || facts.st_uid == geteuid() else {
      throw .unreadable("it belongs to another user, allowed: root and the user of this process")
    }
    let forbidden: mode_t = isCredential ? 0o007 : 0o077
    guard facts.st_mode & forbidden == 0 else {
      let mode = String(facts.st_mode & 0o7777, radix: 8)
      throw .unreadable("others may use it (mode 0\(mode)), allowed: mode 0600 or 0400")
    }
    guard facts.st_size <= SecretText.longestRead else {
      throw .unreadable("it is larger than \(SecretText.longestRead) bytes")
    }
  }

  private static func failure(_ code: Int32) -> SecretFault {
    switch code {
    case ENOENT, ENOTDIR: .unreadable("there is no such file")
    case EACCES, EPERM: .unreadable("permission denied")
    default: .unreadable(String(cString: strerror(code)))
    }
  }
}
