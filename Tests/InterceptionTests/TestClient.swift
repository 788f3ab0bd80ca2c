import COpenSSL
import Glibc

/// OpenSSL's client in memory: bytes go in and come out by hand.
final class TestClient {
  private let context: OpaquePointer
  let ssl: OpaquePointer
  /// The last alert the server sent; nil for none.
  private(set) var alert: Int32?
  private var isDone = false

  struct Setup {
    /// The authority that the client trusts, a PEM file; nil to trust nobody and not to check.
    var trust: String?
    /// The host the certificate must name, a DNS name or an address.
    var host = "api.example"
    /// The name it asks for; nil for none.
    var serverName: String? = "api.example"
    var protocols: [String] = []
    var version: Int32?
    /// Its certificate and key, PEM files.
    var identity: (certificate: String, key: String)?
  }

  init(_ setup: Setup = Setup(), resuming session: OpaquePointer? = nil) throws {
    guard let context = SSL_CTX_new(TLS_client_method()), let ssl = SSL_new(context),
      let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem())
    else { throw NoClient() }
    self.context = context
    self.ssl = ssl
    SSL_set_bio(ssl, input, output)
    SSL_set_connect_state(ssl)
    // BIO_set_mem_eof_return: an empty BIO means "not yet".
    BIO_ctrl(input, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, nil)
    if let version = setup.version {
      SSL_ctrl(ssl, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version), nil)
      SSL_ctrl(ssl, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
      if version < TLS1_2_VERSION { SSL_set_security_level(ssl, 0) }
    }
    if let name = setup.serverName {
      _ = name.withCString {
        SSL_ctrl(
          ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
          UnsafeMutableRawPointer(mutating: $0))
      }
    }
    let protocols = setup.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    if !protocols.isEmpty { SSL_set_alpn_protos(ssl, protocols, UInt32(protocols.count)) }
    if let trust = setup.trust {
      SSL_CTX_load_verify_file(context, trust)
      SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
      let parameters = SSL_get0_param(ssl)
      if X509_VERIFY_PARAM_set1_ip_asc(parameters, setup.host) != 1 {
        SSL_set1_host(ssl, setup.host)
      }
    }
    if let identity = setup.identity {
      SSL_use_certificate_file(ssl, identity.certificate, SSL_FILETYPE_PEM)
      SSL_use_PrivateKey_file(ssl, identity.key, SSL_FILETYPE_PEM)
    }
    if let session { SSL_set_session(ssl, session) }
    ERR_clear_error()
  }

  deinit {
    SSL_free(ssl)
    SSL_CTX_free(context)
  }

  private struct NoClient: Error {}

  /// Takes the server's bytes, goes on with the handshake, and gives what is to be sent.
  func take(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    ERR_clear_error()
    BIO_write(SSL_get_rbio(ssl), bytes.baseAddress, Int32(bytes.count))
    if !isDone { shake() }
    return sent()
  }

  /// The first bytes, or what is to be sent now.
  func start() -> [UInt8] {
    shake()
    return sent()
  }

  private func shake() {
    ERR_clear_error()
    let status = SSL_do_handshake(ssl)
    isDone = status == 1
    guard !isDone, SSL_get_error(ssl, status) == SSL_ERROR_SSL else { return }
    let reason = ERR_GET_REASON(ERR_peek_error())
    if reason > SSL_AD_REASON_OFFSET { alert = reason - SSL_AD_REASON_OFFSET }
  }

  /// What is to be sent.
  func sent() -> [UInt8] {
    var start: UnsafeMutablePointer<CChar>?
    let count = copenssl_bio_bytes(SSL_get_wbio(ssl), &start)
    var bytes = [UInt8](repeating: 0, count: max(0, count))
    if count > 0 { BIO_read(SSL_get_wbio(ssl), &bytes, Int32(count)) }
    return bytes
  }

  var isConnected: Bool { isDone }
  var isResumed: Bool { SSL_session_reused(ssl) == 1 }
  var verification: String {
    String(cString: X509_verify_cert_error_string(SSL_get_verify_result(ssl)))
  }
  var version: Int32 { SSL_version(ssl) }

  /// Encrypts and gives what is to be sent.
  func write(_ bytes: [UInt8]) -> [UInt8] {
    var done = 0
    ERR_clear_error()
    while done < bytes.count {
      let more = bytes.withUnsafeBytes {
        let rest = UnsafeRawBufferPointer(rebasing: $0[done...])
        return SSL_write(ssl, rest.baseAddress, Int32(rest.count))
      }
      guard more > 0 else { break }
      done += Int(more)
    }
    return sent()
  }

  /// Everything that can be decrypted now; nil once the server has said goodbye.
  func read() -> [UInt8]? {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 20_000)
    while true {
      ERR_clear_error()
      let count = SSL_read(ssl, &piece, Int32(piece.count))
      guard count > 0 else {
        let isEnd = SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN
        return isEnd && all.isEmpty ? nil : all
      }
      all += piece[..<Int(count)]
    }
  }

  /// The session with its ticket, to be freed by the caller.
  var session: OpaquePointer? { SSL_get1_session(ssl) }

  /// Says goodbye and gives what is to be sent.
  func end() -> [UInt8] {
    SSL_shutdown(ssl)
    return sent()
  }
}
