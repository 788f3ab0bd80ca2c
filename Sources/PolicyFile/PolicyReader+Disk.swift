import Foundation
import Policy

extension PolicyReader {
  /// Where the machine keeps its time zones; Debian's package is `tzdata`.
  static let zoneFolder = "/usr/share/zoneinfo"
  /// Most bytes the data of one zone may have: 64 KiB.
  static let largestZone = 64 << 10

  /// Reads the policy at `path`, and the files it names, from disk.
  ///
  /// - Parameters:
  ///   - path: The policy file; the diagnostics call it so.
  ///   - secret: Reads its secrets.
  /// - Returns: The rulebook, or all faults in the file's order.
  public static func read(
    path: String, secret: @escaping SecretSource.Reading
  ) -> Result<Rulebook, PolicyFaults> {
    func failure(_ message: String) -> Result<Rulebook, PolicyFaults> {
      let fault = Diagnostic(file: path, line: 1, column: 1, message: message)
      return .failure(PolicyFaults(diagnostics: [fault]))
    }
    do {
      let bytes = try content(of: path, atMost: largestFile)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        return failure("the file is not UTF-8, allowed: UTF-8")
      }
      return read(text: text, file: path, sources: disk(secret))
    } catch {
      return failure("cannot read the file: \(error.reason)")
    }
  }

  private static func disk(_ secret: @escaping SecretSource.Reading) -> PolicySources {
    PolicySources(
      secret: secret,
      usersFile: { try content(of: $0, atMost: UsersText.largestFile, isPrivate: true) },
      providerFile: { try content(of: $0, atMost: ProviderDefaults.largestFile) },
      zoneFile: { try content(of: "\(zoneFolder)/\($0)", atMost: largestZone) },
      zoneNames: { zoneNames(in: zoneFolder) })
  }

  /// The names of the zones in a folder; most machines keep copies of all in `posix` and `right`.
  private static func zoneNames(in folder: String) -> [String] {
    guard let files = FileManager.default.enumerator(atPath: folder) else { return [] }
    var names: [String] = []
    while let name = files.nextObject() as? String, names.count < 10_000 {
      if name == "posix" || name == "right" { files.skipDescendants() }
      let isZone =
        name.first?.isUppercase == true && !name.contains(".")
        && files.fileAttributes?[.type] as? FileAttributeType != .typeDirectory
      if isZone { names.append(name) }
    }
    return names.sorted()
  }

  /// The bytes of a file, which is never read further than one byte past `most`.
  ///
  /// With `isPrivate`, nobody but its owner and group may use it.
  static func content(
    of path: String, atMost most: Int, isPrivate: Bool = false
  ) throws(FileFailure) -> [UInt8] {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      var facts = stat()
      if isPrivate, fstat(handle.fileDescriptor, &facts) != 0 || facts.st_mode & 0o007 != 0 {
        let mode = String(facts.st_mode & 0o777, radix: 8)
        throw FileFailure(reason: "others may use it (mode 0\(mode)), allowed: mode 0640 or less")
      }
      let data = try handle.read(upToCount: most + 1) ?? Data()
      if data.count > most { throw FileFailure(reason: "it is larger than \(most) bytes") }
      return [UInt8](data)
    } catch let failure as FileFailure {
      throw failure
    } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
      throw FileFailure(reason: "there is no such file")
    } catch CocoaError.fileReadNoPermission {
      throw FileFailure(reason: "permission denied")
    } catch {
      throw FileFailure(reason: "it is not a readable file")
    }
  }
}
