import COpenSSL

/// OpenSSL's queue of errors of this thread; it must be empty before every call whose result is
/// read with `SSL_get_error` (SSL_get_error(3)).
enum ErrorQueue {
  static func clear() { ERR_clear_error() }

  /// The reason code of the oldest error; 0 when there is none.
  static var reason: Int32 { ERR_GET_REASON(ERR_peek_error()) }

  /// OpenSSL's words for the oldest error.
  static var text: String {
    let code = ERR_peek_error()
    guard code != 0, let words = ERR_reason_error_string(code) else { return "no reason given" }
    return String(cString: words)
  }
}
