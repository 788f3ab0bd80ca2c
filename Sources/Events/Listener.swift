import CSystem
import Glibc
import Timekeeping

/// Accepts the connections of one listening socket.
///
/// When descriptors run out (`EMFILE`, `ENFILE`) accepting pauses and is tried again after 100 ms
/// and after `resume`: connections wait in the backlog meanwhile and the loop does not spin.
public final class Listener {
  /// A connection that was accepted.
  public struct Accepted: Sendable {
    /// The connected, non-blocking descriptor; whoever gets it closes it.
    public let descriptor: Int32
    /// The peer's address, without port; `uid:1000` for a user of this machine.
    public let peer: String
  }

  private let loop: EventLoop
  private let socket: ListeningSocket
  private var isOpen = true
  private var watch: Watch?
  private var retry: Timer?
  private let handler: (Accepted) -> Void
  /// Most connections taken in one go, so that a storm does not starve those already served.
  private static let batch = 64

  /// Accepts what comes to `socket`, which it closes in the end.
  public init(
    _ loop: EventLoop, _ socket: ListeningSocket, handler: @escaping (Accepted) -> Void
  ) {
    self.loop = loop
    self.socket = socket
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
    guard isOpen, watch == nil else { return }
    watch = Watch(loop, socket.descriptor, .read) { [unowned self] _ in acceptSome() }
  }

  /// Stops listening.
  public func close() {
    pause()
    retry?.set(nil)
    if isOpen { socket.close() }
    isOpen = false
  }

  private func acceptSome() {
    for _ in 0..<Listener.batch where watch != nil {
      var peer = csystem_address()
      let accepted = csystem_accept(socket.descriptor, &peer)
      if accepted >= 0 {
        handler(Accepted(descriptor: accepted, peer: name(of: &peer, at: accepted)))
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

  private func name(of peer: inout csystem_address, at descriptor: Int32) -> String {
    if case .unix = socket.place { return "uid:\(csystem_peer_user(descriptor))" }
    return withUnsafeBytes(of: &peer.host) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
