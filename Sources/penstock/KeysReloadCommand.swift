import ArgumentParser
import Foundation
import Glibc

/// `penstock keys reload`: the running process reads its keys' secrets again.
struct KeysReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Read the keys' secrets again.",
    discussion: """
      The running process reads the secret of every key that has a file or a credential, and uses \
      those that changed from the next request on; SIGHUP does the same. A key whose secret cannot \
      be read keeps the one it has, and the command ends with 1. Secrets from the environment stay: \
      a process cannot be given another one.
      """)

  @Option(
    help: ArgumentHelp("The admin address of the running process.", valueName: "admin"))
  var live = "http://127.0.0.1:9090"

  @OptionGroup var token: AdminToken

  /// The process's answer.
  private struct Answer: Decodable {
    struct Key: Decodable {
      var api: String
      var key: String
      var outcome: String
    }
    var changed: Int
    var unchanged: Int
    var failed: Int
    var keys: [Key]
    var admin_token: String?
  }

  func validate() throws { _ = try AdminAddress.parse(live) }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    do {
      let body = try AdminClient.reloadKeys(
        at: try AdminAddress.parse(live), token: try token.secret())
      guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) else {
        throw AdminFailure(reason: "what answers at \(live) is no Penstock")
      }
      for key in answer.keys { try show("\(key.api)/\(key.key): \(key.outcome)\n") }
      if let token = answer.admin_token { try show("the admin token: \(token)\n") }
      try show(
        "\(answer.changed) changed, \(answer.unchanged) unchanged, \(answer.failed) failed\n")
      if answer.failed > 0 || answer.admin_token?.hasPrefix("failed") == true {
        throw ExitCode(1)
      }
    } catch let failure as AdminFailure {
      complain("penstock: \(failure.reason)")
      throw ExitCode(1)
    }
  }
}
