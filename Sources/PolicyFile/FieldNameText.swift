import Policy

/// Names of header fields a policy may read or write.
enum FieldNameText {
  /// Fields that frame a message or belong to one connection (RFC 9110 sections 7.2, 7.6.1).
  static let reserved: Set<String> = [
    "connection", "content-length", "date", "expect", "host", "keep-alive", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    "via",
  ]

  /// The name in lower case; a text that is no name is not repeated, for it may hold a secret.
  static func parse(_ text: String) throws(Misread) -> String {
    guard isToken(text), text.utf8.count <= 128 else {
      throw Misread("this is no header name, allowed: one token, such as X-API-Key")
    }
    let name = text.asciiLowercased
    guard !reserved.contains(name) else {
      throw Misread(
        "header \(Echo.quoted(text)) belongs to the connection or frames the message, allowed: "
          + "any other header")
    }
    return name
  }

  /// Whether the text is a token (RFC 9110 section 5.6.2).
  static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
