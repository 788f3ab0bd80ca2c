import COpenSSL
import Events
import Glibc

/// A TLS connection over any stream: TCP, a Unix socket, or TLS again.
open class TLSStream: ByteStream {
  package let transport: TLSTransport
  /// OpenSSL's connection; nil once closed.
  package private(set) var ssl: OpaquePointer?
  /// What shares OpenSSL's connection and ends its part of it when it is let go of.
  private var sharer: AnyObject?
  /// Whether the handshake is done.
  package private(set) var isReady = false
  /// Whether OpenSSL has nothing that the stream below has not brought since.
  private var isDry = false
  /// Whether the peer has said that it will write nothing more.
  private var hasEnded = false
  /// Whether the connection failed: OpenSSL must then write nothing more (SSL_shutdown(3)).
  package var isBroken = false
  /// Bytes that were encrypted, are on their way below, and have not been reported as taken.
  private var owed = 0

  /// A connection that waits for its handshake and belongs to this stream, over a transport that
  /// carries it; nil for one that could not be set up.
  package init(_ ssl: OpaquePointer?, over transport: TLSTransport) {
    self.ssl = ssl
    self.transport = transport
  }

  /// A connection whose handshake `sharer` has made over the same descriptor; nil when memory runs
  /// out.
  package init?(
    _ ssl: OpaquePointer, of sharer: AnyObject, over lower: any ByteStream, on loop: EventLoop
  ) {
    transport = TLSTransport(lower, on: loop)
    guard copenssl_share(ssl) == 1 else { return nil }
    self.ssl = ssl
    self.sharer = sharer
    guard transport.carry(ssl) else { return nil }
    transport.hasHello = true
    begin()
  }

  deinit { close() }

  /// Says that the handshake is done.
  package final func begin() {
    isReady = true
    transport.isInHandshake = false
    ErrorQueue.clear()
    noteDryness()
  }

  /// Who is woken when the stream's readiness changes.
  public final var waitPoint: (any Wakeable)? {
    get { transport.waitPoint }
    set { transport.waitPoint = newValue }
  }

  /// Whether `receive` may find something.
  public final var canReceive: Bool { !isDry || transport.lower.canReceive }

  /// Reads what is there: the count, 0 at the peer's end, nil for nothing yet.
  ///
  /// - Throws: `IOFailure` also for an end that the peer did not announce (`close_notify`, RFC 8446
  ///   section 6.1): what came may have been cut short.
  public final func receive(raw room: UnsafeMutableRawBufferPointer) throws(IOFailure) -> Int? {
    guard let ssl else { throw IOFailure("tls recv", code: ENOTCONN) }
    if hasEnded { return 0 }
    var count = 0
    transport.isStarved = false
    let status = SSL_read_ex(ssl, room.baseAddress, room.count, &count)
    isDry = status != 1 && transport.isStarved
    if status == 1 { return count }
    if isDry { return nil }
    hasEnded = SSL_get_error(ssl, status) == SSL_ERROR_ZERO_RETURN
    if hasEnded { return 0 }
    throw broken("tls recv", code: IOFailure.endOfStream)
  }

  /// Says that a whole message was read; see `ByteStream`.
  public final func endMessage() {
    transport.lower.endMessage()
    noteDryness()
  }

  /// Notes whether a read would find nothing before the stream below brings more.
  private func noteDryness() {
    if let ssl, !hasEnded, !transport.hasInbound, SSL_has_pending(ssl) == 0 { isDry = true }
  }

  /// Encrypts and writes what the stream below takes; see `ByteStream`.
  public final func send(
    _ head: [UInt8], from start: Int, then buffer: ByteBuffer?, _ body: Range<Int>
  ) throws(IOFailure) -> Int {
    if let taken = try settle() { return taken }
    // Small parts leave as one record; a large body is not worth copying.
    if start < head.count, let buffer, !body.isEmpty, body.count <= ByteBuffer.usualSize {
      var joined: [UInt8] = []
      // A key may be in it.
      defer { joined.wipe() }
      joined.reserveCapacity(head.count - start + body.count)
      joined.append(contentsOf: head[start...])
      buffer.append(body, to: &joined)
      return try joined.withUnsafeBytes { encrypt($0) }.get()
    }
    if start < head.count {
      return try head.withUnsafeBytes { encrypt(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        .get()
    }
    guard let buffer, !body.isEmpty else { return 0 }
    return try buffer.withReadableBytes(body) { encrypt($0) }.get()
  }

  /// Encrypts and writes what the stream below takes; see `ByteStream`.
  public final func send(raw bytes: UnsafeRawBufferPointer) throws(IOFailure) -> Int {
    if let taken = try settle() { return taken }
    return bytes.isEmpty ? 0 : try encrypt(bytes).get()
  }

  /// What to answer before anything new is encrypted: 0 while the last record is on its way, then
  /// how much of the caller's it held; nil when nothing is.
  private func settle() throws(IOFailure) -> Int? {
    guard ssl != nil else { throw IOFailure("tls send", code: ENOTCONN) }
    let isFlushed = transport.flush()
    if let failure = transport.failure {
      isBroken = true
      throw failure
    }
    guard isFlushed else { return 0 }
    guard owed > 0 else { return nil }
    defer { owed = 0 }
    return owed
  }

  private func encrypt(_ bytes: UnsafeRawBufferPointer) -> Result<Int, IOFailure> {
    var taken = 0
    guard SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &taken) == 1 else {
      return .failure(broken("tls send", code: EPIPE))
    }
    guard transport.hasOutbound else { return .success(taken) }
    owed = taken
    return .success(0)
  }

  private func broken(_ operation: String, code: Int32) -> IOFailure {
    isBroken = true
    ErrorQueue.clear()
    return transport.failure ?? IOFailure(operation, code: code)
  }

  /// Whether the peer is gone; see `ByteStream`.
  public final var peerIsGone: Bool { isBroken || hasEnded || transport.lower.peerIsGone }

  /// Asks the system whether the peer is gone.
  public final func askForPeer() -> Bool {
    isBroken || hasEnded || transport.lower.askForPeer()
  }

  /// The smallest round trip of the stream below; see `ByteStream`.
  public final var leastRoundTrip: Duration? { transport.lower.leastRoundTrip }

  /// Whether the peer's system has acknowledged all that was written; see `ByteStream`.
  public final var isDelivered: Bool { !transport.hasOutbound && transport.lower.isDelivered }

  /// Tells the peer with a `close_notify` that nothing more will be written; it may still write.
  public final func finishSending() {
    notify()
    transport.finishSending()
  }

  private func notify() {
    guard let ssl, isReady, !isBroken, SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0 else {
      return
    }
    SSL_shutdown(ssl)
    ErrorQueue.clear()
  }

  /// Ends the connection so that the peer cannot take it for a regular end.
  public final func abort() {
    free()
    transport.lower.abort()
  }

  /// Ends the connection, with a `close_notify` if there is room for it.
  public final func close() {
    notify()
    free()
    transport.lower.close()
  }

  private func free() {
    transport.detach()
    if let ssl { SSL_free(ssl) }
    ssl = nil
    sharer = nil
    ErrorQueue.clear()
  }
}
