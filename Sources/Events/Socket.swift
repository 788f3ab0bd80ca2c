import CSystem
import Glibc

/// A connected TCP socket.
///
/// It is registered with the loop once, edge-triggered, and remembers what the system reported:
/// reading or writing goes straight to the system call while that may succeed, and a `recv` that
/// would find nothing is not made.
public final class Socket: EventSource, ByteStream {
  /// The file descriptor; -1 once closed.
  public private(set) var descriptor: Int32
  /// Who is woken when the socket's readiness changes.
  public var waitPoint: (any Wakeable)?
  /// Whether `receive` may find something.
  public private(set) var canReceive = false
  private var canSend = true
  private var peerClosed = false
  /// Whether anything was reported since the peer was last known to be there.
  private var mayBeGone = false
  /// Whether the last read emptied the socket.
  private var isDrained = false

  /// Takes over a connected, non-blocking descriptor.
  public init(_ loop: EventLoop, descriptor: Int32) {
    self.descriptor = descriptor
    super.init(loop, descriptor, .edge)
  }

  deinit { close() }

  override func changed(_ readiness: Interest) {
    if readiness.contains(.closed) { peerClosed = true }
    mayBeGone = true
    if !readiness.isDisjoint(with: [.read, .closed]) {
      canReceive = true
      isDrained = false
    }
    if readiness.contains(.write) { canSend = true }
    waitPoint?.wake()
  }

  /// Reads what is there: the count, 0 at the peer's end, nil for nothing yet.
  public func receive(into buffer: ByteBuffer) throws(IOFailure) -> Int? {
    let room = buffer.room
    return try received(buffer.fill { recv(descriptor, $0.baseAddress, $0.count, 0) }, of: room)
  }

  /// Reads what is there; see `ByteStream`.
  public func receive(raw room: UnsafeMutableRawBufferPointer) throws(IOFailure) -> Int? {
    try received(recv(descriptor, room.baseAddress, room.count, 0), of: room.count)
  }

  /// What a read has found, from what the system has just said of it.
  private func received(_ count: Int, of room: Int) throws(IOFailure) -> Int? {
    if count > 0 {
      // A short read emptied the socket: the next bytes raise a new edge (epoll(7)). A reset that
      // came with them does not, and libevent reports it like bytes.
      isDrained = count < room && !peerClosed
      return count
    }
    if count == 0 { return 0 }
    if errno == EINTR { return nil }
    guard errno == EAGAIN else { throw IOFailure("recv") }
    canReceive = false
    return nil
  }

  /// Says that a whole message was read; see `ByteStream`.
  public func endMessage() {
    guard isDrained else { return }
    canReceive = false
    mayBeGone = peerClosed
  }

  /// Writes what the system takes, gathered in one call.
  public func send(
    _ head: [UInt8], from start: Int, then buffer: ByteBuffer?, _ body: Range<Int>
  ) throws(IOFailure) -> Int {
    guard canSend else { return 0 }
    let wanted = head.count - start + body.count
    let count = head.withUnsafeBytes { first in
      let rest = UnsafeRawBufferPointer(rebasing: first[start...])
      guard let buffer, !body.isEmpty else {
        return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      return buffer.withReadableBytes(body) { second in
        if rest.isEmpty {
          return Glibc.send(
            descriptor, second.baseAddress, second.count, Int32(MSG_NOSIGNAL))
        }
        return csystem_send2(
          descriptor, rest.baseAddress, rest.count, second.baseAddress, second.count)
      }
    }
    return try taken(count, of: wanted)
  }

  /// Writes what the system takes; see `ByteStream`.
  public func send(raw bytes: UnsafeRawBufferPointer) throws(IOFailure) -> Int {
    guard canSend else { return 0 }
    let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    return try taken(count, of: bytes.count)
  }

  /// How many bytes a write has taken, from what the system has just said of it.
  private func taken(_ count: Int, of wanted: Int) throws(IOFailure) -> Int {
    guard count < 0 else {
      if count < wanted { canSend = false }
      return count
    }
    guard errno == EAGAIN || errno == EINTR else { throw IOFailure("send") }
    canSend = errno == EINTR
    return 0
  }

  /// Whether the system has reported that the peer is gone; see `ByteStream`.
  public var peerIsGone: Bool { mayBeGone ? askForPeer() : descriptor < 0 }

  /// Asks the system whether the peer is gone.
  public func askForPeer() -> Bool {
    guard descriptor >= 0 else { return true }
    mayBeGone = csystem_peer_is_gone(descriptor) != 0
    return mayBeGone
  }

  /// The smallest round trip the system has seen on the connection; see `ByteStream`.
  public var leastRoundTrip: Duration? {
    let microseconds = csystem_least_round_trip(descriptor)
    return microseconds > 0 ? .microseconds(microseconds) : nil
  }

  /// Whether the peer's system has acknowledged all that was written; see `ByteStream`.
  public var isDelivered: Bool { csystem_unacknowledged(descriptor) == 0 }

  /// Gives the descriptor up without closing it.
  public func release() -> Int32 {
    cancel()
    waitPoint = nil
    defer { descriptor = -1 }
    return descriptor
  }

  /// Ends the connection.
  public func close() {
    let descriptor = release()
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Ends the connection with a reset, so that the peer cannot take it for a regular end.
  public func abort() {
    var option = linger(l_onoff: 1, l_linger: 0)
    if descriptor >= 0 {
      setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
    close()
  }

  /// Tells the peer that nothing more will be written; it may still write.
  public func finishSending() {
    if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_WR)) }
  }
}
