import Foundation

/// A client of another make, run against a port of this machine.
final class Program: Sendable {
  private let process = Process()
  private let output = Foundation.Pipe()

  private static let python = """
    import socket, ssl, sys
    context = ssl.create_default_context(cafile=sys.argv[2])
    context.set_alpn_protocols(["h2", "http/1.1"])
    plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    with context.wrap_socket(plain, server_hostname="localhost") as secure:
        assert secure.selected_alpn_protocol() == "http/1.1"
        while piece := secure.recv(100): sys.stdout.write(piece.decode())
    """

  init(_ command: [String], port: UInt16, trust: String) throws {
    var arguments = command
    switch command[0] {
    case "openssl":
      arguments += ["-connect", "127.0.0.1:\(port)", "-servername", "localhost"]
      arguments += ["-verify_hostname", "localhost", "-CAfile", trust]
    case "curl":
      arguments += ["-sS", "--noproxy", "*", "--cacert", trust]
      arguments += ["--connect-to", "::127.0.0.1:\(port)", "https://localhost:\(port)/"]
    default: arguments += ["-c", Program.python, "\(port)", trust]
    }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  /// Waits for its end: what it printed.
  func finish() -> String {
    let bytes = (try? output.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }
}
