import ArgumentParser
import Policy

/// `penstock check`: reads a policy file and reports every fault at once.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a policy file; report every fault at once.")

  @Option(name: .long, help: "The policy file.")
  var config: String

  func run() throws {
    let rulebook = try PolicyLoader.load(config)
    for api in rulebook.apis where !api.isCatchAll {
      print(
        "\(api.name): \(api.origin), \(api.keys.count) keys, \(api.limits.count) limits, "
          + "lanes \(api.lanes.map(\.name).joined(separator: ", "))")
    }
    print("\(config): ok")
  }
}
