/// The standard reason phrases (IANA's registry of HTTP status codes).
public enum ReasonPhrase {
  /// The phrase for `status`, or `Unknown`.
  public static func of(_ status: Int) -> String {
    switch status {
    case 100..<200: informational(status)
    case 200..<300: success(status)
    case 300..<400: redirection(status)
    case 400..<500: clientError(status)
    case 500..<600: serverError(status)
    default: unknown
    }
  }

  private static let unknown = "Unknown"

  private static func informational(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 101: "Switching Protocols"
    case 102: "Processing"
    case 103: "Early Hints"
    default: unknown
    }
  }

  private static func success(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 203: "Non-Authoritative Information"
    case 204: "No Content"
    case 205: "Reset Content"
    case 206: "Partial Content"
    case 207: "Multi-Status"
    case 208: "Already Reported"
    case 226: "IM Used"
    default: unknown
    }
  }

  private static func redirection(_ status: Int) -> String {
    switch status {
    case 300: "Multiple Choices"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 305: "Use Proxy"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    default: unknown
    }
  }

  private static func clientError(_ status: Int) -> String {
    status <= 417 ? clientErrors[status - 400] : laterClientError(status)
  }

  private static let clientErrors = [
    "Bad Request", "Unauthorized", "Payment Required", "Forbidden", "Not Found",
    "Method Not Allowed", "Not Acceptable", "Proxy Authentication Required", "Request Timeout",
    "Conflict", "Gone", "Length Required", "Precondition Failed", "Content Too Large",
    "URI Too Long", "Unsupported Media Type", "Range Not Satisfiable", "Expectation Failed",
  ]

  private static func laterClientError(_ status: Int) -> String {
    switch status {
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 423: "Locked"
    case 424: "Failed Dependency"
    case 425: "Too Early"
    case 426: "Upgrade Required"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 451: "Unavailable For Legal Reasons"
    default: unknown
    }
  }

  private static func serverError(_ status: Int) -> String {
    switch status {
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 506: "Variant Also Negotiates"
    case 507: "Insufficient Storage"
    case 508: "Loop Detected"
    case 511: "Network Authentication Required"
    default: unknown
    }
  }
}
