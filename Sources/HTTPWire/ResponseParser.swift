/// Reads response heads as their bytes arrive; every refusal has status 502.
public struct ResponseParser: Sendable {
  private let limits: HeadLimits
  private var line: StatusLineScanner
  private var scanner = FieldScanner(at: 0)
  private var hasLine = false
  private var fields: [Field] = []
  private var framing = FramingFields()
  private var isFinished = false
  private var failure: WireError?
  /// How many bytes the head took.
  ///
  /// Valid once a head was returned and until the next call.
  public private(set) var consumed = 0

  /// A parser that refuses what is larger than `limits`.
  public init(limits: HeadLimits) {
    self.limits = limits
    line = StatusLineScanner(limits: limits)
  }

  /// Whether a byte of a response was seen.
  public var hasBegun: Bool { position > 0 && !isFinished }

  /// How far the input was looked at; grows to its end with every call that returns nil.
  var position: Int { hasLine ? scanner.position : line.position }

  /// Forgets what was seen; the next input starts a message.
  public mutating func reset() {
    self = ResponseParser(limits: limits)
  }

  /// The head at the start of `input`, or nil while it is not complete.
  ///
  /// `input` starts at the first byte of the message; call again with the same bytes and more. The
  /// call after the one that returned a head starts a new message. `method` is the request's: it
  /// decides whether there is a body (RFC 9112 section 6.3). Interim responses are returned like
  /// any other: the caller counts them and reads on.
  public mutating func parse(
    _ input: Span<UInt8>, to method: Method
  ) throws(WireError) -> ResponseHead? {
    if isFinished { reset() }
    if let failure { throw failure }
    do { return try read(input, to: method) } catch {
      failure = error.fromOrigin
      throw error.fromOrigin
    }
  }

  private mutating func read(
    _ input: Span<UInt8>, to method: Method
  ) throws(WireError) -> ResponseHead? {
    if !hasLine {
      guard try line.scan(input) else { return nil }
      fields.reserveCapacity(FieldScanner.likelyFields(in: input.count &- line.position))
      scanner = FieldScanner(at: line.position)
      hasLine = true
    }
    let names = FieldNameTable.shared
    while true {
      while let field = scanner.usualLine(input, limits, names) {
        try take(field, input)
        fields.append(field)
      }
      switch try scanner.next(input, limits, names) {
      case .needsMore: return nil
      case .field(let field):
        try take(field, input)
        fields.append(field)
      case .end: return finish(input.extracting(0..<scanner.position), method)
      }
    }
  }

  private mutating func take(_ field: Field, _ head: Span<UInt8>) throws(WireError) {
    switch field.id {
    case .contentLength: try framing.takeLength(head, field.value.range)
    case .transferEncoding: try framing.takeCoding(head, field.value.range, line.version)
    case .connection: try framing.takeConnection(head, field.value.range)
    default: break
    }
  }

  private mutating func finish(_ head: Span<UInt8>, _ method: Method) -> ResponseHead {
    consumed = head.count
    isFinished = true
    let body = bodyFraming(method)
    return ResponseHead(
      block: takeBlock(head), status: line.status,
      reason: ByteRange(line.reason), version: line.version, framing: body,
      keepAlive: body != .untilClose && !claimsImpossibleBody && isPersistent)
  }

  /// RFC 9112 section 9.3, in the order of its rules.
  private var isPersistent: Bool {
    !framing.closes && (line.version == .http11 || framing.keepsAlive)
  }

  private var isWithoutBody: Bool { line.status < 200 || line.status == 204 }

  /// A 1xx or 204 that announces a body may be followed by one: its connection is not trusted.
  private var claimsImpossibleBody: Bool {
    isWithoutBody && (framing.isChunked || framing.length ?? 0 > 0)
  }

  /// RFC 9112 section 6.3.
  private func bodyFraming(_ method: Method) -> BodyFraming {
    if isWithoutBody || line.status == 304 || method == .head { return .none }
    if method == .connect, line.status < 300 { return .none }
    if framing.isChunked { return .chunked }
    return framing.length.map { .length($0) } ?? .untilClose
  }

  /// Hands the index over without keeping a second hold on it.
  private mutating func takeBlock(_ head: Span<UInt8>) -> FieldBlock {
    defer { fields = [] }
    return FieldBlock(
      bytes: head.copied(), fields: fields, optionHashes: framing.optionHashes)
  }
}
