import ArgumentParser
import Proxy

/// The command.
@main
struct Penstock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "penstock",
    abstract: "A rate-limiting forward proxy: callers of an API never see a 429.",
    version: Version.text,
    subcommands: [
      RunCommand.self, CheckCommand.self, ExplainCommand.self, PlanCommand.self,
      KeysCommand.self, CaCommand.self, EmulateCommand.self,
    ])
}
