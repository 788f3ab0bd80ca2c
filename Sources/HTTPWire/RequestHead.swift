/// A request's head, checked to the letter of RFC 9112 and the stricter rules of this codec.
///
/// One object: whatever holds a head holds one reference.
public final class RequestHead: Sendable {
  /// The head's bytes and fields; all ranges below lie in it.
  public let block: FieldBlock
  /// The method, when known by name.
  public let method: Method
  /// Where the method lies.
  public let methodRange: ByteRange
  /// Where the target lies, as received.
  public let targetRange: ByteRange
  /// What the target asks for.
  public let target: RequestTarget
  /// The client's version.
  public let version: HTTPVersion
  /// How the body ends; never `untilClose`.
  public let framing: BodyFraming
  /// Whether the client wants the connection kept (RFC 9112 section 9.3).
  ///
  /// False for every HTTP/1.0 request: a proxy must not persist with those.
  public let keepAlive: Bool
  /// Whether the client waits for `100 Continue` before it sends a body that is to come.
  public let expectsContinue: Bool
  /// What the `Host` field says; nil for HTTP/1.0 requests without one.
  ///
  /// An absolute or authority target overrules it (RFC 9112 section 3.2.2).
  public let hostField: Authority?

  init(
    block: FieldBlock, method: Method, methodRange: ByteRange, targetRange: ByteRange,
    target: RequestTarget, version: HTTPVersion, framing: BodyFraming, keepAlive: Bool,
    expectsContinue: Bool, hostField: Authority?
  ) {
    self.block = block
    self.method = method
    self.methodRange = methodRange
    self.targetRange = targetRange
    self.target = target
    self.version = version
    self.framing = framing
    self.keepAlive = keepAlive
    self.expectsContinue = expectsContinue
    self.hostField = hostField
  }
}
