import ArgumentParser
import Events
import Glibc
import Interception
import Policy

/// `penstock ca init`: makes the authority that a policy names.
struct CaInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make the authority that a policy names.",
    discussion: """
      Writes a key (mode 0600) and a certificate (mode 0644) where the policy's ca says, and never \
      over files that are there unless told to. The authority may vouch only for the hosts of the \
      APIs whose connect is intercept, and what is below them: whoever steals the key cannot pose \
      as any other host.
      """)

  @Option(help: "The policy file.")
  var config: String

  @Flag(help: "Let it vouch for every host, also for those that no API declares.")
  var anyHost = false

  @Option(help: "How many days it is valid.")
  var days = 3650

  @Flag(help: "Replace an authority that is there; callers must then trust the new one.")
  var replace = false

  func run() throws {
    let rulebook = try PolicyLoader.loadWithoutSecrets(config)
    let files = try AuthorityCard.files(of: rulebook, in: config)
    let hosts = anyHost ? nil : hosts(of: rulebook)
    if let hosts, hosts.isEmpty {
      complain(
        "\(config): no API declares a host to vouch for, allowed: one that does, or --any-host")
      throw ExitCode(2)
    }
    do {
      let now = try EventLoop().wall
      try CertificateAuthority.create(
        hosts: hosts, certificate: files.certificate, key: files.key, days: days,
        replacing: replace, at: now)
      let made = try CertificateAuthority.load(
        certificate: files.certificate, key: files.key, at: now)
      try show(AuthorityCard.text(of: made, files) + advice(rulebook, files))
    } catch let fault as AuthorityFault {
      complain("penstock: \(fault)")
      if access(files.key, F_OK) == 0, !replace {
        complain("penstock: 'penstock ca show' says what is there, --replace makes a new one")
      }
      throw ExitCode(1)
    }
  }

  /// The hosts it has to vouch for.
  private func hosts(of rulebook: Rulebook) -> [String] {
    let declared = rulebook.apis.filter { !$0.isCatchAll }
    let intercepted = declared.filter { $0.connect == .intercept }
    return (intercepted.isEmpty ? declared : intercepted).flatMap(\.hosts)
  }

  private func advice(_ rulebook: Rulebook, _ files: AuthorityFiles) -> String {
    var lines: [String] = []
    if !anyHost, rulebook.apis.contains(where: { $0.isCatchAll && $0.connect == .intercept }) {
      lines.append(
        "Unknown hosts are to be intercepted, which this authority may not do: --any-host lets it.")
    }
    if geteuid() == 0 {
      lines.append(
        "The key belongs to root. A service with a user of its own gets it by systemd's "
          + "LoadCredential, or by: chown USER \(files.key)")
    }
    lines.append("How callers come to trust it: penstock ca show --config \(config)")
    return lines.map { "\n\($0)\n" }.joined()
  }
}
