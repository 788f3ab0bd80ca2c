import ArgumentParser
import Policy
import Safekeeping

/// The token for the admin address of a running process, as an operator names it.
struct AdminToken: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file with the token that the admin address asks for.", valueName: "path"))
  var tokenFile: String?

  /// The token, if there is one.
  func secret() throws -> Secret? {
    guard let tokenFile else { return nil }
    do {
      return try SecretReader().read(.file(tokenFile))
    } catch {
      throw AdminFailure(reason: "cannot read \(tokenFile): \(error)")
    }
  }
}
