import ArgumentParser
import Policy
import PolicyFile

/// `penstock check`: reads a policy file and reports every fault at once.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a policy file; report every fault at once.")

  @Option(name: .long, help: "The policy file.")
  var config: String

  @Flag(help: "Print the whole policy as it is understood, with every default, as YAML.")
  var print = false

  func run() throws {
    let rulebook = try PolicyLoader.load(config)
    if print { return try show(PolicyText.text(rulebook)) }
    for api in rulebook.apis where !api.isCatchAll {
      try show(
        "\(api.name): \(api.origin), \(api.keys.count) keys, \(api.limits.count) limits, "
          + "lanes \(api.lanes.map(\.name).joined(separator: ", "))\n")
    }
    try show("\(config): ok\n")
  }
}
