import Emulation
import Events
import Foundation
import Timekeeping

/// A generic provider that serves on a thread of its own and logs to a file of its own.
final class RunningEmulator {
  let loop: EventLoop
  let port: UInt16
  private let server: EmulatorServer
  private let file = TemporaryFile()

  init(_ change: (inout EmulatorSettings) throws -> Void = { _ in }) throws {
    var settings = EmulatorSettings(
      kind: .generic, address: try LoopbackAddress.parse("127.0.0.1:0"))
    settings.logPath = file.path
    try change(&settings)
    let loop = try EventLoop()
    self.loop = loop
    server = try EmulatorServer(settings, on: loop)
    let address = try server.assumeIsolated { try $0.open() }
    port = address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
    Thread { loop.run() }.start()
  }

  /// Ends the server; the lines of its log.
  func stop() async throws -> [String] {
    await server.stop()
    return try file.lines()
  }
}

/// A client that blocks, for at most five seconds at a time.
final class WireClient {
  private let descriptor: Int32

  init(_ port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let outcome = withUnsafePointer(to: &address) {
      connect(
        descriptor, __CONST_SOCKADDR_ARG(__sockaddr_in__: $0),
        socklen_t(MemoryLayout<sockaddr_in>.size))
    }
    guard outcome == 0 else { throw IOFailure("connect") }
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    let sent = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    precondition(sent == bytes.count, "the system took \(sent) of \(bytes.count) bytes")
  }

  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Everything up to the first `end`, or what came before silence or the peer's end.
  func receive(until end: String) -> String {
    var text = ""
    while !text.hasSuffix(end), let byte = next(1).first {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    return text
  }

  /// Everything up to the peer's end.
  func receiveAll() -> [UInt8] {
    var bytes: [UInt8] = []
    while case let piece = next(4096), !piece.isEmpty { bytes += piece }
    return bytes
  }

  private func next(_ most: Int) -> ArraySlice<UInt8> {
    var bytes = Array(repeating: UInt8(0), count: most)
    let count = recv(descriptor, &bytes, most, 0)
    return bytes.prefix(max(0, count))
  }
}
