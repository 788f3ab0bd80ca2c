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

  /// Which known field `name` spells, in any case; allocates nothing.
  public static func identify(_ name: Span<UInt8>) -> FieldName {
    FieldNameTable.shared.id(of: PackedName(name, 0..<name.count))
  }

  /// Which known field the bytes at `range` of `bytes` spell, in any case.
  public static func identify(_ bytes: [UInt8], _ range: ByteRange) -> FieldName {
    FieldNameTable.shared.id(of: PackedName(bytes.span, range.range))
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
}
