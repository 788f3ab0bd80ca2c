import Policy
import Statistics

/// Reads the secrets of all keys again, from where the policy says they are.
///
/// A key whose secret cannot be read keeps the one it has. Files of a secret's size on this machine
/// are read at once, between two turns of the loop.
struct KeysReload {
  /// What became of one key.
  enum Outcome {
    case unchanged
    case changed
    case failed(SecretFault)
  }

  private(set) var keys: [(api: String, key: String, outcome: Outcome)] = []
  private(set) var changed = 0
  private(set) var failed = 0

  /// Reads them, and logs what came of it.
  @discardableResult
  static func run(in context: ProxyContext) -> KeysReload {
    var reload = KeysReload()
    for (api, rules) in context.router.rulebook.apis.enumerated() {
      for (number, key) in rules.keys.enumerated() {
        let outcome = renew(key, by: context.readSecret)
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
    context.log.reloaded(reload)
    return reload
  }

  /// A process cannot be given another environment: what came from there stays.
  private static func renew(_ key: ApiKey, by read: SecretSource.Reading) -> Outcome {
    if case .environment = key.source { return .unchanged }
    do {
      return key.secret.renew(from: try read(key.source)) ? .changed : .unchanged
    } catch {
      return .failed(error)
    }
  }

  /// The keys whose secret could not be read, and why.
  var failures: [(name: String, reason: String)] {
    keys.compactMap { entry in
      guard case .failed(let fault) = entry.outcome else { return nil }
      return ("\(entry.api)/\(entry.key)", fault.reason)
    }
  }

  /// The answer to the operator.
  var document: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.integer("changed", changed)
      json.integer("unchanged", keys.count - changed - failed)
      json.integer("failed", failed)
      json.array("keys") { json in
        for entry in keys {
          json.object { json in
            json.string("api", entry.api)
            json.string("key", entry.key)
            switch entry.outcome {
            case .unchanged: json.string("outcome", "unchanged")
            case .changed: json.string("outcome", "changed")
            case .failed(let fault): json.string("outcome", "failed: \(fault.reason)")
            }
          }
        }
      }
    }
    return json.bytes + [0x0A]
  }
}
