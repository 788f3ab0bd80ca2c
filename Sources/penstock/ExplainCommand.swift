import ArgumentParser
import Events
import Glibc
import Proxy

/// `penstock explain`: what one request would meet, by the policy or in the running process.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what a request would wait for, and until when.",
    discussion: """
      Reads the request as the proxy would: its API, lane, account and caller, the keys it may use, \
      and every limit that counts it with its cost, what is left, and when there is room. With \
      --config a proxy that has just started is asked; with --live the one that runs, which also \
      knows who is ahead. The request is not sent, and nothing is taken.
      """)

  @Argument(help: "The method, such as GET.")
  var method: String

  @Argument(help: "The URL as sent through the proxy, or /API/path as behind the base URL.")
  var url: String

  @Option(
    name: [.customShort("H"), .long],
    help: ArgumentHelp("A header field of the request; may be repeated.", valueName: "field"))
  var header: [String] = []

  @Option(help: "The caller, with --config: an address, user:NAME, cert:NAME or uid:NUMBER.")
  var caller = "127.0.0.1"

  @Option(help: "The policy file.")
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The admin address of the running process, such as http://127.0.0.1:9090 or unix:/path.",
      valueName: "admin"))
  var live: String?

  @OptionGroup var token: AdminToken

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (config == nil) != (live == nil) else {
      throw ValidationError("one of --config and --live is needed, not both")
    }
    guard token.tokenFile == nil || live != nil else {
      throw ValidationError("--token-file is for --live")
    }
    _ = try request()
    _ = try live.map(AdminAddress.parse)
  }

  func run() throws {
    let format: ExplainFormat = json ? .json : .text
    let request = try request()
    signal(SIGPIPE, SIG_IGN)
    do {
      if let live {
        let address = try AdminAddress.parse(live)
        try show(
          try AdminClient.explain(
            request, as: format, at: address, token: try token.secret()))
      } else if let config {
        let explainer = try Explainer(try PolicyLoader.load(config), on: EventLoop())
        try show(try explainer.text(for: request, from: caller, as: format))
      }
    } catch let problem as Problem {
      complain("penstock: \(problem.detail)")
      throw ExitCode(1)
    } catch let failure as IOFailure {
      complain("penstock: \(failure)")
      throw ExitCode(1)
    } catch let failure as AdminFailure {
      complain("penstock: \(failure.reason)")
      throw ExitCode(1)
    }
  }

  /// The request's head as a caller would send it.
  private func request() throws -> [UInt8] {
    guard method.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "-") }), !method.isEmpty else {
      throw ValidationError("this is no method, allowed: one such as GET")
    }
    let isBase = url.hasPrefix("/")
    guard isBase || url.hasPrefix("http://") || url.hasPrefix("https://"),
      url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw ValidationError(
        "this is no URL, allowed: http://host/path, https://host/path or /API/path")
    }
    var head = "\(method.uppercased()) \(url) HTTP/1.1\r\n"
    let authority = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first
    head +=
      "Host: \(isBase ? "localhost" : String(authority ?? "").split(separator: "?").first ?? "")\r\n"
    for field in header {
      guard let colon = field.firstIndex(of: ":"), colon != field.startIndex,
        !field.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 })
      else {
        // The field may be a credential: it is not repeated.
        throw ValidationError("a -H is no header field, allowed: 'Name: value' on one line")
      }
      head += field + "\r\n"
    }
    return Array((head + "\r\n").utf8)
  }
}
