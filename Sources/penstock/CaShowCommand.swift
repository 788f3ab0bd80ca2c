import ArgumentParser
import Events
import Interception
import Policy

/// `penstock ca show`: what the authority of a policy is, and how callers come to trust it.
struct CaShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the authority that a policy names, and how callers come to trust it.")

  @Option(help: "The policy file.")
  var config: String

  func run() throws {
    let files = try AuthorityCard.files(of: try PolicyLoader.loadWithoutSecrets(config), in: config)
    do {
      let authority = try CertificateAuthority.load(
        certificate: files.certificate, key: files.key, at: try EventLoop().wall)
      try show(AuthorityCard.text(of: authority, files) + "\n" + AuthorityCard.trust(files))
    } catch let fault as AuthorityFault {
      complain("penstock: \(fault)")
      throw ExitCode(1)
    }
  }
}
