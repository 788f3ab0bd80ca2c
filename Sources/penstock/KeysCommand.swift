import ArgumentParser

/// `penstock keys`: what is done with the keys of a running process.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Manage the keys of the running process.",
    subcommands: [KeysReloadCommand.self])
}
