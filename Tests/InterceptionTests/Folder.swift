import Foundation
import Interception
import Timekeeping

/// A folder for a test's files, removed at its end.
final class Folder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("penstock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var certificate: String { path + "/ca.pem" }
  var key: String { path + "/ca.key" }

  /// The time now, for certificates that a real client checks.
  static var now: WallTime {
    WallTime(secondsSinceEpoch: Int64(Date().timeIntervalSince1970))
  }

  /// Makes an authority for the hosts and reads it.
  func authority(
    for hosts: [String]? = nil, days: Int = 30, at now: WallTime = Folder.now
  ) throws -> CertificateAuthority {
    try CertificateAuthority.create(
      hosts: hosts, certificate: certificate, key: key, days: days, replacing: true, at: now)
    return try CertificateAuthority.load(certificate: certificate, key: key, at: now)
  }

  /// Runs the openssl command in the folder: what it prints on both outputs, and its status.
  @discardableResult func openssl(
    _ arguments: String...
  ) throws -> (text: String, status: Int32) {
    try openssl(arguments)
  }

  /// Runs the openssl command in the folder.
  @discardableResult func openssl(
    _ arguments: [String]
  ) throws -> (text: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    let pipe = Foundation.Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
  }
}
