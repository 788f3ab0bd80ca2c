import COpenSSL
import Encrypting
import Events
import Glibc
import Timekeeping

/// The server's side of a TLS connection over any stream: TCP, a Unix socket, or TLS again.
public final class TLSServerStream: TLSStream {
  private let hello: TLSHello
  /// What kept the connection from being set up; the handshake says it.
  private let fault: TLSFailure?

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
    let transport = TLSTransport(lower, early: early, on: loop)
    hello = TLSHello(host: host.flatMap { HostName($0) }, transport: transport)
    do throws(TLSFailure) {
      let ssl = try TLSServerStream.open(server, transport, hello, host, on: loop)
      fault = nil
      super.init(ssl, over: transport)
    } catch {
      fault = error
      super.init(nil, over: transport)
    }
  }

  /// Completes the handshake, waiting at `point` until its deadline.
  ///
  /// - Throws: `TLSFailure`; the client has then been told by an alert, unless it speaks no TLS, and
  ///   the stream is good for nothing but `close`.
  public func handshake(at point: WaitPoint) async throws(TLSFailure) {
    if let fault { throw fault }
    waitPoint = point
    while try !step() {
      if point.isExpired {
        isBroken = true
        throw TLSFailure(.timeout, "the client's TLS handshake took too long")
      }
      // What was interrupted before it could find anything is tried again at once.
      if !transport.lower.canReceive { await point.wait() }
    }
    begin()
  }

  /// Goes as far as the bytes that are there allow; whether the handshake is done.
  private func step() throws(TLSFailure) -> Bool {
    guard let ssl else { throw TLSFailure(.broken, "the connection is closed") }
    if !transport.hasBegun, let first = transport.peek(), first != 0x16 {
      isBroken = true
      throw TLSFailure(.notTLS, "the client's first byte is \(first), allowed: a TLS handshake, 22")
    }
    ErrorQueue.clear()
    let status = SSL_accept(ssl)
    if status == 1 { return true }
    if SSL_get_error(ssl, status) == SSL_ERROR_WANT_READ { return false }
    isBroken = true
    defer { ErrorQueue.clear() }
    throw failure(of: ssl)
  }

  private func failure(of ssl: OpaquePointer) -> TLSFailure {
    if let failure = hello.failure { return failure }
    if transport.failure?.code == EMSGSIZE {
      return TLSFailure(.broken, "the client's hello is longer than 16384 bytes")
    }
    if let failure = transport.failure { return TLSFailure(.broken, "\(failure)") }
    if transport.hasEnded {
      return TLSFailure(.broken, "the client left during the TLS handshake")
    }
    let error = transport.error ?? ErrorQueue.oldest
    let words = error?.text ?? "no reason given"
    switch error?.reason {
    case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER:
      return TLSFailure(.notTLS, "the client's first bytes are no TLS: \(words)")
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return TLSFailure(.badClientCertificate, "the client shows no certificate")
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      let why = X509_verify_cert_error_string(SSL_get_verify_result(ssl))
      return TLSFailure(
        .badClientCertificate,
        "the client's certificate is refused: \(why.map { String(cString: $0) } ?? words)")
    default: return TLSFailure(.broken, "the TLS handshake failed: \(words)")
    }
  }

  /// OpenSSL's connection, with the certificate of the host.
  static func open(
    _ server: TLSServer, _ transport: TLSTransport, _ hello: TLSHello, _ host: String?,
    on loop: EventLoop
  ) throws(TLSFailure) -> OpaquePointer {
    var leaf: Certificate?
    guard host != nil || server.mint == nil else {
      throw TLSFailure(.notAllowed, "no host is known to make a certificate for")
    }
    if let host { leaf = try server.leaf(for: host, at: loop.now, wall: loop.wall) }
    guard let ssl = SSL_new(server.context) else {
      throw TLSFailure(.broken, "OpenSSL gives no connection: \(ErrorQueue.text)")
    }
    guard transport.carry(ssl) else {
      SSL_free(ssl)
      throw TLSFailure(.broken, "OpenSSL gives no BIO: \(ErrorQueue.text)")
    }
    SSL_set_accept_state(ssl)
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(hello).toOpaque())
    // A ticket counts for the host it was given for only.
    let context = digest(host.flatMap { HostName($0)?.text } ?? "")
    SSL_set_session_id_context(ssl, context, UInt32(context.count))
    guard let mint = server.mint else { return ssl }
    let chain = TLSServer.stack(mint.authority.chain)
    defer { copenssl_chain_free(chain) }
    // Optimised code lets go of the certificate once its pointer is read.
    let isTaken = withExtendedLifetime(leaf) {
      leaf.map { SSL_use_cert_and_key(ssl, $0.pointer, mint.key.pointer, chain, 1) == 1 } ?? false
    }
    guard isTaken else {
      SSL_free(ssl)
      throw TLSFailure(.broken, "OpenSSL takes no certificate: \(ErrorQueue.text)")
    }
    return ssl
  }

  /// SHA-256 of a text: what a session's context has room for.
  private static func digest(_ text: String) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let bytes = Array(text.utf8)
    EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
    return digest
  }
}
