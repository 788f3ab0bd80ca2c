internal import CCurl
internal import CSystem
internal import Glibc

extension DialFailure {
  /// What a code from libcurl means for a dial.
  init(_ code: CURLcode, systemError: Int) {
    let kind: Kind =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .dnsError
      case CURLE_OPERATION_TIMEDOUT: .connectionTimeout
      case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
        .tlsCertificateError
      case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED,
        CURLE_SSL_CERTPROBLEM:
        .tlsProtocolError
      case CURLE_OUT_OF_MEMORY: .resourcesExhausted
      default:
        systemError == EMFILE || systemError == ENFILE ? .resourcesExhausted : .connectionRefused
      }
    self.init(kind: kind, detail: String(cString: curl_easy_strerror(code)))
  }
}
