import COpenSSL
import Events
import Glibc

/// The server's side of a TLS connection over any stream: TCP, a Unix socket, or TLS again.
public final class TLSServerStream: ByteStream {
  let server: TLSServer
  let transport: TLSTransport
  let hello: TLSHello
  /// OpenSSL's connection; nil once closed.
  private(set) var ssl: OpaquePointer?
  /// What kept the connection from being set up; the handshake says it.
  let fault: TLSFailure?
  /// Whether the handshake is done.
  var isReady = false
  /// Whether OpenSSL has nothing that the stream below has not brought since.
  private var isDry = false
  /// Whether the peer has said that it will write nothing more.
  private var hasEnded = false
  /// Whether the connection failed: OpenSSL must then write nothing more (SSL_shutdown(3)).
  var isBroken = false
  /// Bytes that were encrypted, are on their way below, and have not been reported as taken.
  private var owed = 0

  /// A connection that waits for its handshake.
  ///
  /// - Parameters:
  ///   - lower: The stream below, which belongs to this one from now on.
  ///   - early: Bytes that were already read from `lower`.
  ///   - host: The host the client connected to, for a server that makes certificates: a client that
  ///     names another one is refused.
  public init(
    _ server: TLSServer, over lower: any ByteStream, on loop: EventLoop, early: [UInt8] = [],
    host: String? = nil
  ) {
    self.server = server
    transport = TLSTransport(lower, early: early, on: loop)
    hello = TLSHello(host: host.flatMap { HostName($0) }, transport: transport)
    do throws(TLSFailure) {
      ssl = try TLSServerStream.open(server, transport, hello, host, on: loop)
      fault = nil
    } catch {
      ssl = nil
      fault = error
    }
  }

  deinit { close() }

  /// Who is woken when the stream's readiness changes.
  public var waitPoint: (any Wakeable)? {
    get { transport.waitPoint }
    set { transport.waitPoint = newValue }
  }

  /// Whether `receive` may find something.
  public var canReceive: Bool { !isDry || transport.lower.canReceive }

  /// Reads what is there: the count, 0 at the peer's end, nil for nothing yet.
  ///
  /// - Throws: `IOFailure` also for an end that the peer did not announce (`close_notify`, RFC 8446
  ///   section 6.1): what came may have been cut short.
  public func receive(into buffer: ByteBuffer) throws(IOFailure) -> Int? {
    guard let ssl else { throw IOFailure("tls recv", code: ENOTCONN) }
    if hasEnded { return 0 }
    ErrorQueue.clear()
    var status: Int32 = 0
    let count = buffer.fill { room in
      var count = 0
      status = SSL_read_ex(ssl, room.baseAddress, room.count, &count)
      return count
    }
    if status == 1 {
      isDry = false
      return count
    }
    switch SSL_get_error(ssl, status) {
    case SSL_ERROR_WANT_READ:
      isDry = true
      return nil
    case SSL_ERROR_ZERO_RETURN:
      hasEnded = true
      isDry = false
      return 0
    default: throw broken("tls recv", code: IOFailure.endOfStream)
    }
  }

  /// Says that a whole message was read; see `ByteStream`.
  public func endMessage() {
    transport.lower.endMessage()
    noteDryness()
  }

  /// Notes whether a read would find nothing before the stream below brings more.
  func noteDryness() {
    if let ssl, !hasEnded, !transport.hasInbound, SSL_has_pending(ssl) == 0 { isDry = true }
  }

  /// Encrypts and writes what the stream below takes; see `ByteStream`.
  public func send(
    _ head: [UInt8], from start: Int, then buffer: ByteBuffer?, _ body: Range<Int>
  ) throws(IOFailure) -> Int {
    if let taken = try settle() { return taken }
    // Small parts leave as one record; a large body is not worth copying.
    if start < head.count, let buffer, !body.isEmpty, body.count <= ByteBuffer.usualSize {
      var joined: [UInt8] = []
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
  public func send(raw bytes: UnsafeRawBufferPointer) throws(IOFailure) -> Int {
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
    ErrorQueue.clear()
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
    return transport.failure ?? IOFailure(operation, code: code)
  }

  /// Whether the peer is gone; see `ByteStream`.
  public var peerIsGone: Bool { isBroken || hasEnded || transport.lower.peerIsGone }

  /// Asks the system whether the peer is gone.
  public func askForPeer() -> Bool { isBroken || hasEnded || transport.lower.askForPeer() }

  /// The smallest round trip of the stream below; see `ByteStream`.
  public var leastRoundTrip: Duration? { transport.lower.leastRoundTrip }

  /// Whether the peer's system has acknowledged all that was written; see `ByteStream`.
  public var isDelivered: Bool { !transport.hasOutbound && transport.lower.isDelivered }

  /// Tells the peer with a `close_notify` that nothing more will be written; it may still write.
  public func finishSending() {
    notify()
    transport.finishSending()
  }

  private func notify() {
    guard let ssl, isReady, !isBroken, SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0 else {
      return
    }
    ErrorQueue.clear()
    SSL_shutdown(ssl)
  }

  /// Ends the connection so that the peer cannot take it for a regular end.
  public func abort() {
    free()
    transport.lower.abort()
  }

  /// Ends the connection, with a `close_notify` if there is room for it.
  public func close() {
    notify()
    free()
    transport.lower.close()
  }

  private func free() {
    transport.detach()
    if let ssl { SSL_free(ssl) }
    ssl = nil
    ErrorQueue.clear()
  }
}
