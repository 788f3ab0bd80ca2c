import Events
import Policy

/// Where callers or operators come in: a socket that listens, with the rule of its listener.
struct Doorway: Sendable {
  let rule: ListenRule
  let isAdmin: Bool
  let socket: ListeningSocket

  /// The address as the log shows it.
  var address: String { socket.address + (rule.tls == nil ? "" : " (tls)") }

  /// All of a rulebook, the admin's behind the proxy's; ports are spread when there are `workers`.
  ///
  /// - Throws: `IOFailure` when an address cannot be had, `ActivationFault` for a socket that systemd
  ///   did not pass, and `StartFailure` for one that anybody could use.
  static func all(
    of rulebook: Rulebook, workers: Int, _ activated: ActivatedSockets
  ) throws -> [Doorway] {
    var doorways: [Doorway] = []
    do {
      for rule in rulebook.proxies {
        doorways += try sockets(of: rule, spread: workers > 1, activated).map {
          Doorway(rule: rule, isAdmin: false, socket: $0)
        }
      }
      doorways += try sockets(of: rulebook.admin, spread: false, activated).map {
        Doorway(rule: rulebook.admin, isAdmin: true, socket: $0)
      }
      for doorway in doorways { try doorway.checkReach() }
    } catch {
      for doorway in doorways { doorway.socket.close() }
      throw error
    }
    return doorways
  }

  /// The same one for another worker.
  func another() throws(IOFailure) -> Doorway {
    Doorway(rule: rule, isAdmin: isAdmin, socket: try socket.another())
  }

  /// The sockets of a listener: one, or all that systemd passed under its name.
  private static func sockets(
    of rule: ListenRule, spread: Bool, _ activated: ActivatedSockets
  ) throws -> [ListeningSocket] {
    switch rule.address {
    case .tcp(let host, let port):
      [try ListeningSocket.tcp(host: host, port: port, spread: spread)]
    case .unix(let path): [try ListeningSocket.unix(path: path, mode: rule.mode)]
    case .activated(let name): try activated.named(name)
    }
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
