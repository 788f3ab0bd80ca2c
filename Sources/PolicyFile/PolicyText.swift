import Policy

/// Writes a rulebook as the policy file that says all of it: every default, every bound.
///
/// What it writes reads back to the same rulebook. Of secrets it has only where they come from.
public enum PolicyText {
  /// The policy of `rulebook`, as YAML.
  public static func text(_ rulebook: Rulebook) -> String {
    var entries: [WrittenYAML.Entry] = [("listen", listen(rulebook))]
    if let path = rulebook.usersFile {
      entries.append(("users", .noted(.text(path), "\(rulebook.users.count) users")))
    }
    entries += [("workers", .text(rulebook.workers.text)), ("callers", callers(rulebook.callers))]
    if let files = rulebook.authority {
      entries.append(
        (
          "ca",
          .map([("certificate", .text(files.certificate)), ("key", .text(files.key))])
        ))
    }
    entries += [
      ("unknown-hosts", unknownHosts(rulebook)),
      (
        "queues",
        .map([
          ("per-lane", .number(rulebook.queues.perLane)), ("total", .number(rulebook.queues.total)),
        ])
      ),
      ("bounds", .block(BoundWord.all.map { ($0.word, .text($0.text(in: rulebook.bounds))) })),
      ("apis", .block(rulebook.apis.filter { !$0.isCatchAll }.map { ($0.name, api($0)) })),
    ]
    return entries.map { "\($0.word):\($0.value.text(depth: 1))" }.joined()
  }

  private static func listen(_ rulebook: Rulebook) -> WrittenYAML {
    var admin = listener(rulebook.admin)
    if let source = rulebook.adminTokenSource { admin.append(("token", .text(source.text))) }
    return .block([
      ("proxy", .lines(rulebook.proxies.map { .map(listener($0)) })), ("admin", .map(admin)),
    ])
  }

  private static func listener(_ rule: ListenRule) -> [WrittenYAML.Entry] {
    var entries: [WrittenYAML.Entry] = [("address", .text(rule.address.text))]
    if case .unix = rule.address {
      let digits = String(rule.mode, radix: 8)
      entries.append(
        ("mode", .text(String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits)))
    }
    if let tls = rule.tls {
      var files: [WrittenYAML.Entry] = [
        ("certificate", .text(tls.certificate)), ("key", .text(tls.key)),
      ]
      if let clients = tls.clients { files.append(("clients", .text(clients))) }
      entries.append(("tls", .map(files)))
    }
    if rule.needsUser { entries.append(("users", .text("required"))) }
    return entries
  }

  private static func callers(_ rule: CallerRule) -> WrittenYAML {
    switch rule {
    case .address: .map([("by", .text("address"))])
    case .header(let name): .map([("header", .text(name))])
    }
  }

  private static func unknownHosts(_ rulebook: Rulebook) -> WrittenYAML {
    guard let api = rulebook.apis.first(where: \.isCatchAll) else {
      return .map([("rule", .text("refuse"))])
    }
    let hosts = rulebook.unknownHosts
    return .map([
      ("rule", .text("forward")), ("connect", .text(api.connect.rawValue)),
      ("ports", .list(hosts.ports.sorted().map { .number(Int($0)) })),
      ("networks", .list(hosts.networks.map { .text(NetworkText.text($0)) })),
    ])
  }
}

extension WrittenYAML {
  /// A whole number.
  static func number(_ number: Int) -> WrittenYAML { .plain("\(number)") }

  /// A truth.
  static func truth(_ truth: Bool) -> WrittenYAML { .plain(truth ? "true" : "false") }

  /// A span.
  static func span(_ span: Duration) -> WrittenYAML { .text(DurationText.text(span)) }
}
