import COpenSSL
import Encrypting
import Events
import Timekeeping

/// The server side of TLS 1.2 and 1.3, for HTTP/1.1 only.
public final class TLSServer {
  /// OpenSSL's context, shared by all connections.
  let context: OpaquePointer
  let mint: LeafMint?

  /// Shows a given certificate; asks clients for theirs where `clients` is given.
  ///
  /// - Parameters:
  ///   - certificate: A PEM file, with the intermediate certificates behind the server's own.
  ///   - key: A PEM file that only its owner, and its group for reading, may get at.
  ///   - clients: A PEM file of the authorities that client certificates must come from.
  /// - Throws: `AuthorityFault` for files that cannot be used.
  public init(certificate: String, key: String, clients: String?) throws(AuthorityFault) {
    context = TLSServer.makeContext()
    mint = nil
    let chain = try PEMFile.certificates(certificate)
    let secret = try PEMFile.key(key, forbidden: 0o027)
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    guard X509_check_private_key(chain[0].pointer, secret.pointer) == 1 else {
      throw AuthorityFault(key, "is not the key of the certificate in \(certificate)")
    }
    let behind = TLSServer.stack(Array(chain.dropFirst()))
    defer { copenssl_chain_free(behind) }
    // Optimised code lets go of both once their pointers are read.
    let isTaken = withExtendedLifetime((chain, secret)) {
      SSL_CTX_use_cert_and_key(context, chain[0].pointer, secret.pointer, behind, 1) == 1
    }
    guard isTaken else { throw AuthorityFault(certificate, "cannot be used: \(ErrorQueue.text)") }
    if let clients { try ask(for: clients) }
  }

  /// Shows certificates of `authority`, made for each host when it is first asked for.
  ///
  /// - Parameters:
  ///   - bound: Most certificates kept.
  ///   - perSecond: Most certificates made in a second.
  public init(authority: CertificateAuthority, bound: Int, perSecond: Int = 50) {
    context = TLSServer.makeContext()
    guard let key = PrivateKey() else { fatalError("OpenSSL makes no key: \(ErrorQueue.text)") }
    mint = LeafMint(authority, key: key, bound: bound, perSecond: perSecond)
  }

  deinit { SSL_CTX_free(context) }

  /// Makes the certificate for a host ready, so that the client can be told to go on.
  ///
  /// - Throws: `TLSFailure` when too many are made at once or the authority may not vouch for it.
  public func prepare(host: String, at now: Instant, wall: WallTime) throws(TLSFailure) {
    _ = try leaf(for: host, at: now, wall: wall)
  }

  /// The certificate for a host; nil when the server shows a given one.
  func leaf(
    for host: String, at now: Instant, wall: WallTime
  ) throws(TLSFailure) -> Certificate? {
    guard let mint else { return nil }
    guard let name = HostName(host) else {
      throw TLSFailure(.notAllowed, "\"\(host)\" is neither a DNS name nor an address")
    }
    return try mint.leaf(for: name, at: now, wall: wall)
  }

  /// What OpenSSL cannot give for want of memory or of a whole installation ends the process: no
  /// peer can bring it about.
  private static func makeContext() -> OpaquePointer {
    guard let context = SSL_CTX_new(TLS_server_method()), copenssl_harden(context) == 1 else {
      fatalError("OpenSSL gives no TLS context: \(ErrorQueue.text)")
    }
    SSL_CTX_set_client_hello_cb(
      context, { ssl, alert, _ in TLSHello.check(ssl, alert: alert) }, nil)
    SSL_CTX_set_alpn_select_cb(
      context,
      { _, chosen, length, offered, count, _ in
        TLSHello.choose(
          from: UnsafeBufferPointer(start: offered, count: Int(count)), chosen, length)
      }, nil)
    return context
  }

  /// A stack that holds the certificates; the caller frees it.
  static func stack(_ certificates: [Certificate]) -> OpaquePointer? {
    guard !certificates.isEmpty, let stack = copenssl_chain() else { return nil }
    for certificate in certificates { copenssl_chain_add(stack, certificate.pointer) }
    return stack
  }

  private func ask(for clients: String) throws(AuthorityFault) {
    // Says what is wrong with the file in our words, and with which one.
    _ = try PEMFile.certificates(clients)
    guard SSL_CTX_load_verify_file(context, clients) == 1,
      let names = SSL_load_client_CA_file(clients)
    else { throw AuthorityFault(clients, "cannot be used: \(ErrorQueue.text)") }
    SSL_CTX_set_client_CA_list(context, names)
    SSL_CTX_set_verify(
      context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT | SSL_VERIFY_CLIENT_ONCE, nil)
  }
}
