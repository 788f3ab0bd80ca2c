import COpenSSL

/// OpenSSL's queue of errors of this thread.
///
/// It must be empty before every call whose result is read with `SSL_get_error`
/// (SSL_get_error(3)): whoever may have left errors there clears it.
package enum ErrorQueue {
  package static func clear() { ERR_clear_error() }

  /// What is known of an error.
  package struct Entry {
    /// The code that tells reasons apart, such as `SSL_R_HTTP_REQUEST`.
    package let reason: Int32
    /// OpenSSL's words.
    package let text: String
  }

  /// The oldest error; nil when there is none.
  package static var oldest: Entry? {
    let code = ERR_peek_error()
    return code == 0 ? nil : Entry(reason: ERR_GET_REASON(code), text: text)
  }

  /// OpenSSL's words for the oldest error.
  package static var text: String {
    let code = ERR_peek_error()
    guard code != 0, let words = ERR_reason_error_string(code) else { return "no reason given" }
    return String(cString: words)
  }
}
