import ArgumentParser
import Events
import Glibc
import Logging
import PolicyFile
import Proxy

/// `penstock run`: serves until it is told to end.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Serve the APIs of a policy file.",
    discussion: """
      SIGTERM and SIGINT drain: nothing new is taken, what is under way is finished, what still \
      waits after 10 s is refused with 503 and Retry-After. A second signal ends at once.
      """)

  @Option(name: .long, help: "The policy file.")
  var config: String

  @Option(name: .long, help: "Log level: debug, info, notice, warning or error.")
  var log: LogLevel = .info

  func run() throws {
    let rulebook = try PolicyLoader.load(config)
    LoggingSystem.bootstrap { StreamLogHandler(label: $0, stream: LogStream()) }
    var logger = Logger(label: "penstock")
    logger.logLevel = log.level
    signal(SIGPIPE, SIG_IGN)
    do {
      let loop = try EventLoop()
      let worker = try Worker(rulebook, on: loop, logger: logger)
      // Before the listeners: whoever sees them open may send a signal.
      let signals = [SIGTERM, SIGINT].map { number in DrainSignal(loop, number, worker) }
      try worker.assumeIsolated { try $0.open() }
      loop.run()
      withExtendedLifetime(signals) {}
    } catch let failure as IOFailure {
      complain("penstock: \(failure)")
      throw ExitCode(1)
    }
  }
}
