import Policy
import Statistics

/// Reads the secrets of all keys, and the admin token, again from where the policy says they are.
///
/// A key whose secret cannot be read keeps the one it has. Files of a secret's size on this machine
/// are read at once, between two turns of the loop.
struct KeysReload {
  /// What became of one key.
  enum Outcome {
    case unchanged
    case changed
    case failed(SecretFault)

    var text: String {
      switch self {
      case .unchanged: "unchanged"
      case .changed: "changed"
      case .failed(let fault): "failed: \(fault.reason)"
      }
    }
  }

  private(set) var keys: [(api: String, key: String, outcome: Outcome)] = []
  private(set) var adminToken: Outcome?
  private(set) var changed = 0
  private(set) var failed = 0

  /// Reads them, and logs what came of it.
  @discardableResult
  static func run(in context: ProxyContext) -> KeysReload {
    var reload = KeysReload()
    for (api, rules) in context.router.rulebook.apis.enumerated() {
      for (number, key) in rules.keys.enumerated() {
        let outcome = renew(key.secret, from: key.source, by: context.shared.readSecret)
        switch outcome {
        case .unchanged: break
        case .changed:
          reload.changed += 1
          context.desk.renewed(key: number, api: api)
        case .failed: reload.failed += 1
        }
        reload.keys.append((rules.name, key.name, outcome))
      }
    }
    let rulebook = context.router.rulebook
    if let token = rulebook.adminToken, let source = rulebook.adminTokenSource {
      reload.adminToken = renew(token, from: source, by: context.shared.readSecret)
    }
    context.log.reloaded(reload)
    return reload
  }

  /// A process cannot be given another environment: what came from there stays.
  private static func renew(
    _ secret: Secret, from source: SecretSource, by read: SecretSource.Reading
  ) -> Outcome {
    if case .environment = source { return .unchanged }
    do {
      return secret.renew(from: try read(source)) ? .changed : .unchanged
    } catch {
      return .failed(error)
    }
  }

  /// The secrets that could not be read, and why.
  var failures: [(name: String, reason: String)] {
    var secrets = keys.map { (name: "key \($0.api)/\($0.key)", outcome: $0.outcome) }
    if let adminToken { secrets.append(("the admin token", adminToken)) }
    return secrets.compactMap { entry in
      guard case .failed(let fault) = entry.outcome else { return nil }
      return (entry.name, fault.reason)
    }
  }

  /// The answer to the operator.
  var document: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.integer("changed", changed)
      json.integer("unchanged", keys.count - changed - failed)
      json.integer("failed", failed)
      if let adminToken { json.string("admin_token", adminToken.text) }
      json.array("keys") { json in
        for entry in keys {
          json.object { json in
            json.string("api", entry.api)
            json.string("key", entry.key)
            json.string("outcome", entry.outcome.text)
          }
        }
      }
    }
    return json.bytes + [0x0A]
  }
}
