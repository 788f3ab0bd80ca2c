import ArgumentParser
import Emulation
import Events
import Foundation
import Limits
import PolicyFile

/// `penstock emulate`: a provider to try callers and policies against.
struct EmulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulate", abstract: "Serve an emulated provider on this machine.",
    discussion: """
      Counts each request when it arrives and answers in the provider's own words. Prints one \
      line, the address it listens on. On every provider GET .../bytes/N answers N bytes, and \
      X-Received in the answer to POST, PUT and PATCH is the size of the request's body. SIGTERM \
      and SIGINT end it.
      """)

  @Argument(help: "The provider.")
  var provider: ProviderKind

  @Option(
    help: ArgumentHelp("A loopback address; port 0 chooses a free one.", valueName: "address"),
    transform: { text in try readable { try LoopbackAddress.parse(text) } })
  var listen: LoopbackAddress

  @Option(
    help: ArgumentHelp("Replaces the main limit, such as 120/min or 50/5s.", valueName: "rate"),
    transform: { text in try readable { try RateText.parse(text) } })
  var allow: Rate?

  @Option(help: "The size of the bucket; default what the rate allows in its span.")
  var burst: Int?

  @Option(
    help: ArgumentHelp("Delay before a request counts, such as 20..100ms.", valueName: "range"),
    transform: { text in try readable { try UplinkRange.parse(text) } })
  var uplink: UplinkRange = .none

  @Option(
    help: ArgumentHelp("Time a counted request takes, such as 0..500ms.", valueName: "range"),
    transform: { text in try readable { try UplinkRange.parse(text) } })
  var handler: UplinkRange = .none

  @Flag(help: "Refused requests count like accepted ones.")
  var rejectsCount = false

  @Option(help: "Append each arrival to this file as a JSON line; - is standard output.")
  var log: String?

  @Option(help: "Where delays and identifiers follow from.")
  var seed: UInt64 = 1

  func validate() throws {
    guard let burst else { return }
    guard provider.takesBurst else {
      let kinds = ProviderKind.allCases.filter(\.takesBurst).map(\.rawValue)
      throw ValidationError(
        "--burst is the size of a bucket, and \(provider.rawValue) counts in windows, which have "
          + "none; allowed for: \(kinds.joined(separator: ", "))")
    }
    guard burst >= 1 else {
      throw ValidationError("--burst \(burst) is out of range, allowed: 1 and more")
    }
  }

  func run() throws {
    var settings = EmulatorSettings(kind: provider, address: listen)
    settings.allow = allow
    settings.burst = burst
    settings.uplink = uplink
    settings.handler = handler
    settings.rejectsCount = rejectsCount
    settings.logPath = log
    settings.seed = seed
    signal(SIGPIPE, SIG_IGN)
    do {
      try serve(settings)
    } catch let failure as IOFailure {
      complain("penstock: \(failure)")
      throw ExitCode(1)
    }
  }

  private func serve(_ settings: EmulatorSettings) throws {
    let loop = try EventLoop()
    let server = try EmulatorServer(settings, on: loop)
    let signals = [SIGTERM, SIGINT].map { number in
      SignalWatch(loop, number) { server.assumeIsolated { $0.stop() } }
    }
    let address = try server.assumeIsolated { try $0.open() }
    try FileHandle.standardOutput.write(contentsOf: Data("listening on http://\(address)\n".utf8))
    loop.run()
    withExtendedLifetime(signals) {}
    if let failure = server.assumeIsolated({ $0.failure }) { throw failure }
  }
}

extension ProviderKind: ExpressibleByArgument {}

/// Says what is wrong with an option's value in its parser's own words.
private func readable<Value>(_ parse: () throws -> Value) throws -> Value {
  do {
    return try parse()
  } catch let misread as Misread {
    throw ValidationError(misread.reason)
  } catch {
    throw ValidationError("\(error)")
  }
}
