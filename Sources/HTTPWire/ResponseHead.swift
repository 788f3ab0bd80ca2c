/// A response's head, checked to the letter of RFC 9112 and the stricter rules of this codec.
///
/// One object: whatever holds a head holds one reference.
public final class ResponseHead: Sendable {
  /// The head's bytes and fields; all ranges below lie in it.
  public let block: FieldBlock
  /// The status, 100 to 999.
  public let status: Int
  /// Where the reason phrase lies, empty when there is none; it may hold bytes beyond ASCII.
  public let reason: ByteRange
  /// The origin's version.
  public let version: HTTPVersion
  /// How the body ends; `none` for what can have no body (RFC 9112 section 6.3).
  public let framing: BodyFraming
  /// Whether the connection may be used again once the body has ended (RFC 9112 section 9.3).
  public let keepAlive: Bool

  init(
    block: FieldBlock, status: Int, reason: ByteRange, version: HTTPVersion, framing: BodyFraming,
    keepAlive: Bool
  ) {
    self.block = block
    self.status = status
    self.reason = reason
    self.version = version
    self.framing = framing
    self.keepAlive = keepAlive
  }

  /// Whether another response to the same request follows (1xx, save 101).
  public var isInterim: Bool { status < 200 && status != 101 }
}
