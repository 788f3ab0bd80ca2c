/// Reads request heads as their bytes arrive, strictly and without looking at a byte twice.
public struct RequestParser: Sendable {
  private let limits: HeadLimits
  private var line: RequestLineScanner
  private var scanner = FieldScanner(at: 0)
  private var hasLine = false
  private var fields: [Field] = []
  private var framing = FramingFields()
  private var method = Method.other
  private var target = RequestTarget.asterisk
  private var host: Authority?
  private var expectsContinue = false
  private var isFinished = false
  private var failure: WireError?
  /// How many bytes the head took, ignored empty lines before it included.
  ///
  /// Valid once a head was returned and until the next call.
  public private(set) var consumed = 0

  /// A parser that refuses what is larger than `limits`.
  public init(limits: HeadLimits) {
    self.limits = limits
    line = RequestLineScanner(limits: limits)
  }

  /// Whether a byte of a request was seen: what tells a slow head from an idle connection.
  public var hasBegun: Bool { line.hasBegun && !isFinished }

  /// How far the input was looked at; grows to its end with every call that returns nil.
  var position: Int { hasLine ? line.start + scanner.position : line.position }

  /// Forgets what was seen; the next input starts a message.
  public mutating func reset() {
    self = RequestParser(limits: limits)
  }

  /// The head at the start of `input`, or nil while it is not complete.
  ///
  /// `input` starts at the first byte of the message; call again with the same bytes and more. The
  /// call after the one that returned a head starts a new message. What is wrong is refused as soon
  /// as it can be told, whatever the cuts; the parser then refuses for good.
  public mutating func parse(_ input: Span<UInt8>) throws(WireError) -> RequestHead? {
    if isFinished { reset() }
    if let failure { throw failure }
    do { return try read(input) } catch {
      failure = error
      throw error
    }
  }

  private mutating func read(_ input: Span<UInt8>) throws(WireError) -> RequestHead? {
    if !hasLine {
      guard try line.scan(input) else { return nil }
      let head = input.extracting(line.start..<input.count)
      let (methodEnd, targetEnd) = (line.methodEnd &- line.start, line.targetEnd &- line.start)
      method = Method.identify(head.extracting(0..<methodEnd))
      target = try RequestTarget.parse(head, methodEnd &+ 1..<targetEnd, for: method)
      fields.reserveCapacity(FieldScanner.likelyFields(in: input.count &- line.position))
      scanner = FieldScanner(at: line.position &- line.start)
      hasLine = true
    }
    let head = input.extracting(line.start..<input.count)
    let names = FieldNameTable.shared
    while true {
      while let field = scanner.usualLine(head, limits, names) {
        try take(field, head)
        fields.append(field)
      }
      switch try scanner.next(head, limits, names) {
      case .needsMore: return nil
      case .field(let field):
        try take(field, head)
        fields.append(field)
      case .end: return try finish(head.extracting(0..<scanner.position))
      }
    }
  }

  private mutating func take(_ field: Field, _ head: Span<UInt8>) throws(WireError) {
    let value = field.value.range
    switch field.id {
    case .other:
      if isFramingTwin(head, field.name.range) {
        throw .malformed("a framing field is spelled with an underscore")
      }
    case .host:
      guard host == nil else { throw .malformed("there is more than one Host") }
      guard let authority = Authority.parse(head, value) else {
        throw .malformed("the Host is not a host with an optional port")
      }
      host = authority
    case .contentLength:
      try refuseBodyOfTunnel()
      try framing.takeLength(head, value)
    case .transferEncoding:
      try refuseBodyOfTunnel()
      try framing.takeCoding(head, value, line.version)
    case .connection:
      try framing.takeConnection(head, value)
      guard !framing.namesVitalField else {
        throw .malformed("Connection names a field the message cannot do without")
      }
    case .expect:
      try refuseBodyOfTunnel()
      guard line.version == .http11 else { break }
      guard PackedName(head, value) == .continue100 else {
        throw WireError(status: 417, reason: "only 100-continue can be expected")
      }
      expectsContinue = true
    default: break
    }
  }

  /// RFC 9110 section 9.3.6: a CONNECT has no body, and one that claims to is an attack.
  private func refuseBodyOfTunnel() throws(WireError) {
    guard method != .connect else { throw .malformed("a CONNECT request has no body") }
  }

  /// Whether a name is that of a framing field to readers that take `_` for `-`.
  private func isFramingTwin(_ head: Span<UInt8>, _ name: Range<Int>) -> Bool {
    guard name.count == 14 || name.count == 17, name.contains(where: { head[$0] == 0x5F }) else {
      return false
    }
    let hyphenated = [UInt8](capacity: name.count) { output in
      for at in name { output.append(head[at] == 0x5F ? 0x2D : head[at]) }
    }
    let twin = FieldName.identify(hyphenated.span)
    return twin == .contentLength || twin == .transferEncoding
  }

  private mutating func finish(_ head: Span<UInt8>) throws(WireError) -> RequestHead {
    guard host != nil || line.version == .http10 else { throw .malformed("there is no Host") }
    consumed = line.start + head.count
    isFinished = true
    let body: BodyFraming =
      framing.isChunked ? .chunked : framing.length.map { .length($0) } ?? .none
    let hasBody = body != .none && body != .length(0)
    let (methodEnd, targetEnd) = (line.methodEnd - line.start, line.targetEnd - line.start)
    return RequestHead(
      block: takeBlock(head), method: method,
      methodRange: ByteRange(0..<methodEnd), targetRange: ByteRange(methodEnd + 1..<targetEnd),
      target: target, version: line.version, framing: body,
      keepAlive: line.version == .http11 && !framing.closes,
      expectsContinue: expectsContinue && hasBody, hostField: host)
  }

  /// Hands the index over without keeping a second hold on it.
  private mutating func takeBlock(_ head: Span<UInt8>) -> FieldBlock {
    defer { fields = [] }
    return FieldBlock(
      bytes: head.copied(), fields: fields, optionHashes: framing.optionHashes)
  }
}
