import ArgumentParser
import CSystem
import Events
import Glibc
import Logging
import Policy
import Proxy
import Safekeeping

/// `penstock run`: serves until it is told to end.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Serve the APIs of a policy file.",
    discussion: """
      SIGTERM and SIGINT drain: nothing new is taken, what is under way is finished, what still \
      waits after 10 s is refused with 503 and Retry-After. A second signal ends at once. SIGHUP \
      reads the keys' secrets again from their files and credentials. systemd is told when the \
      listeners are open and when the end begins (Type=notify).
      """)

  @Option(name: .long, help: "The policy file.")
  var config: String

  @Option(name: .long, help: "Log level: debug, info, notice, warning or error.")
  var log: LogLevel = .info

  func run() throws {
    LogStream.takeStandardStreams()
    let secrets = SecretReader()
    let rulebook = try PolicyLoader.load(config, secrets: secrets)
    LoggingSystem.bootstrap { StreamLogHandler(label: $0, stream: LogStream()) }
    var logger = Logger(label: "penstock")
    logger.logLevel = log.level
    signal(SIGPIPE, SIG_IGN)
    do {
      let activated = try ActivatedSockets.take()
      let workers = try Workers(
        rulebook, logger: logger,
        readSecret: { source throws(SecretFault) in try secrets.read(source) },
        lostLines: { LogStream.lost })
      // Before the listeners: whoever sees them open may send a signal.
      let signals = [SIGTERM, SIGINT].map { number in DrainSignal(workers.loop, number, workers) }
      let reload = SignalWatch(workers.loop, SIGHUP) { workers.reloadKeys() }
      try workers.open(activated)
      ServiceManager.tell("READY=1")
      // Reading a policy takes megabytes of code that serving needs none of.
      csystem_release_code()
      csystem_trim_heap()
      workers.run()
      withExtendedLifetime((signals, reload)) {}
    } catch {
      complain("penstock: \(error)")
      throw ExitCode(1)
    }
  }
}
