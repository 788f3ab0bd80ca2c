import Interception
import Policy
import Serving

/// A worker's own part of a doorway: it accepts there, and shows its certificate.
///
/// A class, so that the task of a connection holds a pointer to it and not itself.
final class Door {
  let way: Doorway
  /// The certificate it shows, where it speaks TLS.
  let tls: TLSServer?
  /// Accepts from the socket once the door is open.
  var acceptor: Acceptor?

  /// - Throws: `AuthorityFault` for a certificate that cannot be used.
  init(_ way: Doorway) throws(AuthorityFault) {
    self.way = way
    guard let files = way.rule.tls else {
      tls = nil
      return
    }
    tls = try TLSServer(certificate: files.certificate, key: files.key, clients: files.clients)
  }
}
