/// A field name this codec tells apart by number, or `other`.
public enum FieldName: UInt8, Hashable, Sendable, CaseIterable {
  /// The names this codec knows; `other` stands for all it does not.
  case other, host, connection, contentLength, transferEncoding, expect, upgrade, te, trailer,
    keepAlive, proxyConnection, proxyAuthorization, proxyAuthenticate, via, date, server,
    retryAfter, contentType, contentEncoding, contentRange, authorization, wwwAuthenticate,
    prefer, maxForwards, age, location, setCookie, cookie, accept, acceptEncoding,
    acceptLanguage, userAgent, cacheControl, etag, expires, lastModified, ifMatch, ifNoneMatch,
    ifModifiedSince, ifUnmodifiedSince, ifRange, range, pragma, vary, idempotencyKey, forwarded,
    xForwardedFor, origin, referer, ratelimit, ratelimitPolicy, xRequestId, allow, link, priority,
    earlyData, penstockBatch

  /// The name in lower case; empty for `other`.
  public var text: String { FieldName.texts[Int(rawValue)] }

  /// Which known field `name` spells, in any case.
  ///
  /// Allocates nothing: one step picks the names of that length, then whole words are compared.
  public static func identify(_ name: Span<UInt8>) -> FieldName {
    guard let packed = PackedName(name) else { return .other }
    return table.id(of: packed)
  }

  /// Which known field the bytes at `range` of `bytes` spell, in any case.
  public static func identify(_ bytes: [UInt8], _ range: ByteRange) -> FieldName {
    identify(bytes.span.extracting(range.range))
  }

  /// In the order of the cases.
  private static let texts = [
    "", "host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te",
    "trailer", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate",
    "via", "date", "server", "retry-after", "content-type", "content-encoding", "content-range",
    "authorization", "www-authenticate", "prefer", "max-forwards", "age", "location",
    "set-cookie", "cookie", "accept", "accept-encoding", "accept-language", "user-agent",
    "cache-control", "etag", "expires", "last-modified", "if-match", "if-none-match",
    "if-modified-since", "if-unmodified-since", "if-range", "range", "pragma", "vary",
    "idempotency-key", "forwarded", "x-forwarded-for", "origin", "referer", "ratelimit",
    "ratelimit-policy", "x-request-id", "allow", "link", "priority", "early-data", "penstock-batch",
  ]

  private static let table = FieldNameTable()
}

/// The known names grouped by length.
struct FieldNameTable: Sendable {
  private let names: [PackedName]
  private let ids: [FieldName]
  /// The names of `n` bytes lie at `starts[n] ..< starts[n + 1]`.
  private let starts: [Int]

  init() {
    var names: [PackedName] = []
    var ids: [FieldName] = []
    var starts: [Int] = []
    let known = FieldName.allCases.filter { $0 != .other }
    for length in 0...PackedName.longest {
      starts.append(names.count)
      for id in known where id.text.utf8.count == length {
        names.append(PackedName(id.text))
        ids.append(id)
      }
    }
    starts.append(names.count)
    (self.names, self.ids, self.starts) = (names, ids, starts)
  }

  func id(of name: PackedName) -> FieldName {
    for at in starts[name.count]..<starts[name.count + 1] where names[at] == name {
      return ids[at]
    }
    return .other
  }
}
