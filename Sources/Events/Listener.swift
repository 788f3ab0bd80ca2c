import CSystem
import Glibc
import Timekeeping

/// Accepts TCP connections on one address.
///
/// When descriptors run out (`EMFILE`, `ENFILE`) accepting pauses and is tried again after 100 ms
/// and after `resume`: connections wait in the backlog meanwhile and the loop does not spin.
public final class Listener {
  /// A connection that was accepted.
  public struct Accepted: Sendable {
    /// The connected, non-blocking descriptor; whoever gets it closes it.
    public let descriptor: Int32
    /// The peer's address, without port.
    public let peer: String
  }

  /// The address it listens on, with the port the system chose.
  public let host: String
  /// The port it listens on.
  public let port: UInt16

  private let loop: EventLoop
  private var descriptor: Int32
  private var watch: Watch?
  private var retry: Timer?
  private let handler: (Accepted) -> Void
  /// Most connections taken in one go, so that a storm does not starve those already served.
  private static let batch = 64

  /// Listens on a numeric address.
  ///
  /// - Throws: `IOFailure` when the address is taken, not of this machine or not numeric.
  public init(
    _ loop: EventLoop, host: String, port: UInt16, handler: @escaping (Accepted) -> Void
  ) throws(IOFailure) {
    let descriptor = csystem_listen(host, port, 4096)
    guard descriptor >= 0 else { throw IOFailure("listen on \(host):\(port)", code: -descriptor) }
    var local = csystem_address()
    csystem_local_address(descriptor, &local)
    self.loop = loop
    self.host = host
    self.port = local.port
    self.descriptor = descriptor
    self.handler = handler
    retry = Timer(loop) { [unowned self] in resume() }
    resume()
  }

  deinit { close() }

  /// Stops accepting; connections wait in the backlog.
  public func pause() {
    watch?.cancel()
    watch = nil
  }

  /// Goes on accepting.
  public func resume() {
    guard descriptor >= 0, watch == nil else { return }
    watch = Watch(loop, descriptor, .read) { [unowned self] _ in acceptSome() }
  }

  /// Stops listening.
  public func close() {
    pause()
    retry?.set(nil)
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  private func acceptSome() {
    for _ in 0..<Listener.batch where watch != nil {
      var peer = csystem_address()
      let accepted = csystem_accept(descriptor, &peer)
      if accepted >= 0 {
        handler(Accepted(descriptor: accepted, peer: text(of: &peer)))
        continue
      }
      switch -accepted {
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        pause()
        retry?.set(loop.now + .milliseconds(100))
      default: break  // Nothing waits, or a peer that left before its turn.
      }
      return
    }
  }

  private func text(of address: inout csystem_address) -> String {
    withUnsafeBytes(of: &address.host) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
