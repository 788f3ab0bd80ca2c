import COpenSSL
import Encrypting
import Glibc

/// Files that appear whole or not at all.
enum NewFile {
  /// A file's path, its mode, and what writes its bytes.
  typealias Part = (path: String, mode: mode_t, fill: (OpaquePointer) -> Bool)

  /// Writes all of the parts, or none of them.
  ///
  /// Each is written under another name beside its place, reaches the disk, and is then renamed;
  /// unless `replacing`, the rename itself refuses a file that is there.
  static func write(_ parts: [Part], replacing: Bool) throws(AuthorityFault) {
    for part in parts where !replacing && access(part.path, F_OK) == 0 {
      throw AuthorityFault(part.path, "is already there and is not replaced unless asked to")
    }
    var drafts: [String] = []
    var placed: [String] = []
    do {
      for part in parts { drafts.append(try draft(part)) }
      for (part, draft) in zip(parts, drafts) {
        try place(draft, at: part.path, replacing: replacing)
        placed.append(part.path)
      }
    } catch {
      for path in drafts + (replacing ? [] : placed) { unlink(path) }
      throw error
    }
  }

  private static func draft(_ part: Part) throws(AuthorityFault) -> String {
    let path = "\(part.path).new-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, part.mode)
    guard descriptor >= 0 else {
      throw AuthorityFault(part.path, "cannot be made: \(PEMFile.systemWords())")
    }
    let failure = fill(descriptor, part)
    close(descriptor)
    guard let failure else { return path }
    unlink(path)
    throw AuthorityFault(part.path, "cannot be written: \(failure)")
  }

  /// Writes through memory that OpenSSL wipes; answers what went wrong.
  private static func fill(_ descriptor: Int32, _ part: Part) -> String? {
    guard let memory = BIO_new(BIO_s_mem()) else { return "no memory" }
    defer { BIO_free(memory) }
    guard part.fill(memory) else { return ErrorQueue.text }
    var bytes: UnsafeMutablePointer<CChar>?
    let count = copenssl_bio_bytes(memory, &bytes)
    guard count > 0, let bytes else { return "no bytes" }
    var done = 0
    while done < count {
      let more = Glibc.write(descriptor, bytes + done, count - done)
      guard more > 0 else { return PEMFile.systemWords() }
      done += more
    }
    // The mode is the one asked for, whatever the process's mask is.
    guard fchmod(descriptor, part.mode) == 0, fsync(descriptor) == 0 else {
      return PEMFile.systemWords()
    }
    return nil
  }

  private static func place(
    _ draft: String, at path: String, replacing: Bool
  ) throws(AuthorityFault) {
    // RENAME_NOREPLACE of renameat2(2).
    guard renameat2(AT_FDCWD, draft, AT_FDCWD, path, replacing ? 0 : 1) == 0 else {
      throw AuthorityFault(path, "cannot be put in its place: \(PEMFile.systemWords())")
    }
    let folder = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
