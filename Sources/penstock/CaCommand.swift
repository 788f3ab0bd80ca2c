import ArgumentParser

/// `penstock ca`: the local authority that interception signs with.
struct CaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ca", abstract: "Make and show the authority that interception signs with.",
    discussion: """
      Interception ends the callers' TLS connections under certificates of an authority of your \
      own, which the callers must trust. Its files are those of the policy's ca.
      """,
    subcommands: [CaInitCommand.self, CaShowCommand.self])
}
