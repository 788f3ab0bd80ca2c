import Events
import Glibc
import Interception

/// The servers that clients meet, made once for the process.
struct Servers {
  /// The host that clients of the authority are connected to.
  static let host = "api.example"

  /// One that makes a leaf for its host, one with a certificate, and one that asks for the client's.
  nonisolated(unsafe) static let all: [TLSServer] = {
    let folder = "/tmp/penstock-fuzz-\(getpid())"
    let (certificate, key) = (folder + "/ca.pem", folder + "/ca.key")
    mkdir(folder, 0o700)
    defer {
      unlink(certificate)
      unlink(key)
      rmdir(folder)
    }
    do {
      let wall = try EventLoop().wall
      try CertificateAuthority.create(
        hosts: nil, certificate: certificate, key: key, days: 30, replacing: true, at: wall)
      let authority = try CertificateAuthority.load(certificate: certificate, key: key, at: wall)
      return [
        TLSServer(authority: authority, bound: 4, perSecond: .max),
        try TLSServer(certificate: certificate, key: key, clients: nil),
        try TLSServer(certificate: certificate, key: key, clients: certificate),
      ]
    } catch {
      fatalError("no server: \(error)")
    }
  }()
}
