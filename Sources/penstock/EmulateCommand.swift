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
      X-Received in the answer to POST, PUT and PATCH is the size of the request's body. GET \
      /_emulator/stats tells what it counted, POST /_emulator/tier?to=TIER changes Soku's tier. \
      SIGTERM and SIGINT end it.
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

  @Option(
    help: "The size of tokportal's bucket, default what the rate allows; soku's burst, default 0.")
  var burst: Int?

  @Option(
    help: ArgumentHelp(
      "Generic: a limit, such as fixed-window:100/min or concurrency:8@account. Kinds: "
        + "token-bucket, sliding-window, fixed-window, first-hit-window, two-counter-window, "
        + "concurrency, day. Scopes: key, account, endpoint, all. May be repeated.",
      valueName: "limit"),
    transform: { text in try readable { try StrictLimitText.parse(text) } })
  var limit: [StrictLimit] = []

  @Option(
    help: ArgumentHelp("Tokportal: what may be written to a bundle.", valueName: "rate"),
    transform: { text in try readable { try RateText.parse(text) } })
  var accountAllow: Rate?

  @Option(help: "Tokportal: the credits to begin with; default no end of them.")
  var credits: Int?

  @Option(help: "Tiktok: posts a day and account; default 15 to 25, drawn for each account.")
  var dailyCap: Int?

  @Option(help: "Soku: the tier of every key; default premium.")
  var tier: SokuTier?

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

  @Option(
    help: ArgumentHelp(
      "How long an exceeded limit stays shut at least; longer with each request meanwhile. "
        + "Default 5s for tiktok, else none.", valueName: "duration"),
    transform: { text in try readable { try DurationText.parse(text) } })
  var penalty: Duration?

  @Option(
    help: ArgumentHelp(
      "How far its clock is ahead of this machine's; default 0s.", valueName: "duration"),
    transform: { text in try readable { try DurationText.parse(text) } })
  var clockAhead: Duration = .zero

  @Option(help: "Append each arrival to this file as a JSON line; - is standard output.")
  var log: String?

  @Option(help: "Where delays and identifiers follow from.")
  var seed: UInt64 = 1

  func validate() throws {
    try checkBelonging()
    for (name, value, least) in [
      ("burst", burst, 1), ("credits", credits, 0), ("daily-cap", dailyCap, 1),
    ] {
      guard let value, value < least else { continue }
      throw ValidationError(
        "--\(name) \(value) is out of range, allowed: \(least) and more")
    }
    guard limit.count <= 16, Set(limit.map(\.name)).count == limit.count else {
      throw ValidationError("--limit: allowed are 16 at most, each once")
    }
  }

  /// Refuses options that mean nothing for the provider.
  private func checkBelonging() throws {
    let own: [(name: String, isGiven: Bool, kinds: [ProviderKind])] = [
      ("burst", burst != nil, ProviderKind.allCases.filter(\.takesBurst)),
      ("limit", !limit.isEmpty, [.generic]), ("account-allow", accountAllow != nil, [.tokportal]),
      ("credits", credits != nil, [.tokportal]), ("daily-cap", dailyCap != nil, [.tiktok]),
      ("tier", tier != nil, [.soku]),
    ]
    for option in own where option.isGiven && !option.kinds.contains(provider) {
      let kinds = option.kinds.map(\.rawValue).joined(separator: ", ")
      throw ValidationError(
        "--\(option.name) means nothing for \(provider.rawValue); allowed for: \(kinds)")
    }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    do {
      try serve(settings)
    } catch let failure as IOFailure {
      complain("penstock: \(failure)")
      throw ExitCode(1)
    }
  }

  private var settings: EmulatorSettings {
    var settings = EmulatorSettings(kind: provider, address: listen)
    settings.provider.allow = allow
    settings.provider.burst = burst
    settings.provider.limits = limit
    settings.provider.accountAllow = accountAllow
    settings.provider.credits = credits
    settings.provider.dailyCap = dailyCap
    settings.provider.tier = tier ?? .premium
    settings.provider.rejectsCount = rejectsCount
    settings.provider.penalty = penalty
    settings.provider.seed = seed
    settings.uplink = uplink
    settings.handler = handler
    settings.clockAhead = clockAhead
    settings.logPath = log
    return settings
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

extension SokuTier: ExpressibleByArgument {}

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
