import ArgumentParser
import Foundation
import Planning
import Policy
import PolicyFile

/// `penstock plan`: when a workload would be done, and what would be refused.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Say when a workload would be done, before it is sent.",
    discussion: """
      Sends a described workload, or yesterday's access log, through the proxy's own engine on \
      virtual time: nothing is sent, a day takes seconds. Prints when the last answer comes, how \
      long requests wait in each lane, how far every limit is used, and what would be refused and \
      why. The provider is taken to allow what the policy declares.
      """)

  @Option(help: "The policy file.")
  var config: String

  @Option(help: "The workload file.")
  var workload: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let rulebook = try PolicyLoader.load(config)
    let work: Workload
    switch WorkloadReader.read(path: workload, rulebook: rulebook) {
    case .success(let read): work = read
    case .failure(let faults):
      complain("\(faults)")
      throw ExitCode(2)
    }
    var plan = Plan(rulebook, work, log: try log(of: work))
    let report = plan.run()
    try show(json ? String(decoding: report.json, as: UTF8.self) + "\n" : report.text)
  }

  /// The workload's access log; its path is relative to the workload file.
  private func log(of work: Workload) throws -> AccessLog? {
    guard let file = work.log?.file else { return nil }
    let folder = URL(fileURLWithPath: workload).deletingLastPathComponent()
    let path = file.hasPrefix("/") ? file : folder.appendingPathComponent(file).path
    guard let lines = LineFile(path) else {
      complain("\(workload): cannot read the access log \(path)")
      throw ExitCode(2)
    }
    return AccessLog { lines.next() }
  }
}
