import Events
import Interception
import Policy
import Serving

/// A socket where callers or operators come in, with the rule of its listener.
///
/// A class, so that the task of a connection holds a pointer to it and not itself.
final class Door {
  let rule: ListenRule
  let isAdmin: Bool
  let socket: ListeningSocket
  /// The certificate it shows, where it speaks TLS.
  let tls: TLSServer?
  /// Accepts from the socket once the door is open.
  var acceptor: Acceptor?

  private init(_ rule: ListenRule, isAdmin: Bool, _ socket: ListeningSocket, _ tls: TLSServer?) {
    self.rule = rule
    self.isAdmin = isAdmin
    self.socket = socket
    self.tls = tls
  }

  /// The address as the log shows it.
  var address: String { socket.address + (rule.tls == nil ? "" : " (tls)") }

  /// The doors of a listener: one, or all that systemd passed under its name.
  ///
  /// - Throws: `AuthorityFault` for a certificate that cannot be used, `IOFailure` when an address
  ///   cannot be had, `ActivationFault` when nothing was passed under the name, and `StartFailure`
  ///   for a socket that other machines reach and that asks nobody who he is.
  static func doors(
    of rule: ListenRule, isAdmin: Bool, _ activated: ActivatedSockets
  ) throws -> [Door] {
    let tls = try rule.tls.map {
      try TLSServer(certificate: $0.certificate, key: $0.key, clients: $0.clients)
    }
    let sockets =
      switch rule.address {
      case .tcp(let host, let port): [try ListeningSocket.tcp(host: host, port: port)]
      case .unix(let path): [try ListeningSocket.unix(path: path, mode: rule.mode)]
      case .activated(let name): try activated.named(name)
      }
    let doors = sockets.map { Door(rule, isAdmin: isAdmin, $0, tls) }
    do {
      for door in doors { try door.checkReach() }
    } catch {
      for socket in sockets { socket.close() }
      throw error
    }
    return doors
  }

  private func checkReach() throws(StartFailure) {
    guard !socket.isLocal else { return }
    let reach = "\(rule.address.text) (\(socket.address)) is reachable from other machines"
    if isAdmin {
      throw StartFailure(
        "\(reach), allowed for admin: 127.0.0.0/8, [::1] and Unix sockets")
    }
    guard rule.needsUser || rule.tls?.clients != nil else {
      throw StartFailure("\(reach) and needs users: required or tls: clients: in its listener")
    }
  }
}
