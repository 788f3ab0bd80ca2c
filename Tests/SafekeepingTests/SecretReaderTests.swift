import Glibc
import Policy
import Safekeeping
import Testing

@Suite struct SecretReaderTests {
  /// A folder of one test's own.
  final class Folder {
    let path: String

    init() {
      var template = Array("/tmp/penstock-secrets-XXXXXX".utf8CString)
      path = String(cString: mkdtemp(&template))
    }

    deinit {
      for name in ["key", "link", "pipe"] { unlink("\(path)/\(name)") }
      rmdir(path)
    }

    /// A file of this content and mode.
    func file(_ content: String, mode: mode_t = 0o600) -> String {
      let file = "\(path)/key"
      let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      _ = Array(content.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      close(descriptor)
      chmod(file, mode)
      return file
    }
  }

  static func outcome(_ source: SecretSource, by reader: SecretReader = SecretReader()) -> String {
    do {
      return String(decoding: VaultTests.bytes(of: try reader.read(source)), as: UTF8.self)
    } catch {
      return error.reason
    }
  }

  @Test(
    "A file is read when nobody but its owner may",
    arguments: [
      (0o600, "sk_1"), (0o400, "sk_1"), (0o700, "sk_1"),
      (0o640, "others may use it (mode 0640), allowed: mode 0600 or 0400"),
      (0o604, "others may use it (mode 0604), allowed: mode 0600 or 0400"),
      (0o620, "others may use it (mode 0620), allowed: mode 0600 or 0400"),
      (0o4601, "others may use it (mode 04601), allowed: mode 0600 or 0400"),
    ] as [(mode_t, String)])
  func modes(mode: mode_t, expected: String) {
    let folder = Folder()
    #expect(Self.outcome(.file(folder.file("sk_1\n", mode: mode))) == expected)
  }

  @Test func `A file that is none, too long, or somebody else's is told so`() {
    let folder = Folder()
    #expect(Self.outcome(.file("\(folder.path)/none")) == "there is no such file")
    #expect(Self.outcome(.file(folder.path)) == "it is not a regular file")
    mkfifo("\(folder.path)/pipe", 0o600)
    #expect(Self.outcome(.file("\(folder.path)/pipe")) == "it is not a regular file")
    let long = folder.file(String(repeating: "k", count: 8195))
    #expect(Self.outcome(.file(long)) == "it is larger than 8194 bytes")
    let longest = String(repeating: "k", count: 8192)
    #expect(Self.outcome(.file(folder.file(longest + "\r\n"))) == longest)
    #expect(
      Self.outcome(.file(folder.file(longest + "kk")))
        == "the file's content is longer than a secret may be, allowed: 8192 bytes")
    let path = folder.file("sk_1")
    symlink(path, "\(folder.path)/link")
    #expect(Self.outcome(.file("\(folder.path)/link")) == "sk_1")
    if geteuid() == 0 {
      chown(path, 65_534, 65_534)
      #expect(
        Self.outcome(.file(path))
          == "it belongs to another user, allowed: root and the user of this process")
    }
  }

  @Test func `A credential is read from the service's folder, where its group may read it too`() {
    #expect(
      Self.outcome(.credential("key"), by: SecretReader(credentials: nil)).hasPrefix(
        "$CREDENTIALS_DIRECTORY is not set"))
    let folder = Folder()
    _ = folder.file("sk_credential\n", mode: 0o440)
    let reader = SecretReader(credentials: folder.path)
    #expect(Self.outcome(.credential("key"), by: reader) == "sk_credential")
    #expect(Self.outcome(.credential("none"), by: reader) == "there is no such file")
    // By its path it is the same file.
    let path = "\(folder.path)/key"
    #expect(Self.outcome(.file(path), by: reader) == "sk_credential")
    #expect(Self.outcome(.file(path)).hasPrefix("others may use it (mode 0440)"))
    _ = folder.file("sk_credential\n", mode: 0o444)
    #expect(Self.outcome(.credential("key"), by: reader).hasPrefix("others may use it (mode 0444)"))
  }

  @Test func `A variable that is not set is told so`() {
    #expect(Self.outcome(.environment("PENSTOCK_TEST_NONE")) == "it is not set")
  }
}
