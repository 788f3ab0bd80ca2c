/// Tells a message's body bytes from their framing, in place and across any cuts.
///
/// Holds no byte of the body. Trailers are checked, bounded and dropped.
public struct BodyDecoder: Sendable {
  /// Whose body it is; decides the status of refusals.
  public enum Source: Hashable, Sendable {
    /// A client's: refused with 400 or 431.
    case request
    /// An origin's: refused with 502.
    case response
  }

  private enum Phase: UInt8 {
    case counted, untilClose, chunkLine, chunkData, dataEnd, dataFeed, trailer, complete
  }

  private let source: Source
  private var phase: Phase
  /// Bytes left of the body, or of the chunk.
  private var remaining: Int64 = 0
  private var line: ChunkLineScanner
  private var trailer: TrailerScanner
  private var failure: WireError?

  /// A decoder of a body with `framing` that comes from `source`.
  public init(
    _ framing: BodyFraming, from source: Source = .request, limits: BodyLimits
  ) {
    self.source = source
    line = ChunkLineScanner(limits: limits)
    trailer = TrailerScanner(limits: limits)
    switch framing {
    case .none: phase = .complete
    case .length(let length):
      remaining = max(0, length)
      phase = length > 0 ? .counted : .complete
    case .chunked: phase = .chunkLine
    case .untilClose: phase = .untilClose
    }
  }

  /// Whether the whole message was seen.
  public var isComplete: Bool { phase == .complete }

  /// Looks at `input`, the bytes not yet consumed, and says what comes first.
  ///
  /// After `data` and `needsMore` call again with what lies behind the bytes consumed. Once refused,
  /// a body stays refused.
  public mutating func decode(_ input: Span<UInt8>) throws(WireError) -> BodyStep {
    if let failure { throw failure }
    do { return try step(input) } catch { throw refuse(error) }
  }

  /// Says that the peer closed its side: the end of a body without length, a fault in any other.
  public mutating func endOfInput() throws(WireError) {
    if let failure { throw failure }
    if phase == .untilClose { phase = .complete }
    guard phase == .complete else { throw refuse(.malformed("the body ends before its time")) }
  }

  private mutating func refuse(_ error: WireError) -> WireError {
    let refusal = source == .response ? error.fromOrigin : error
    failure = refusal
    return refusal
  }

  private mutating func step(_ input: Span<UInt8>) throws(WireError) -> BodyStep {
    var at = 0
    while phase != .complete {
      guard at < input.count else { return .needsMore(consumed: at) }
      switch phase {
      case .counted, .chunkData: return .data(at..<at + advance(input.count - at))
      case .untilClose: return .data(at..<input.count)
      default:
        try takeSyntax(input[at])
        at += 1
      }
    }
    return .end(consumed: at)
  }

  /// Counts up to `available` bytes of data off; how many they are.
  private mutating func advance(_ available: Int) -> Int {
    let count = min(Int64(available), remaining)
    remaining -= count
    if remaining == 0 { phase = phase == .counted ? .complete : .dataEnd }
    return Int(count)
  }

  @inline(__always)
  private mutating func takeSyntax(_ byte: UInt8) throws(WireError) {
    switch phase {
    case .chunkLine:
      guard try line.take(byte) else { return }
      remaining = line.size
      phase = remaining > 0 ? .chunkData : .trailer
    case .dataEnd:
      guard byte == 0x0D else { throw .malformed("a chunk's data is longer than its size") }
      phase = .dataFeed
    case .dataFeed:
      guard byte == 0x0A else { throw .malformed("a chunk's data does not end with CR LF") }
      line.restart()
      phase = .chunkLine
    case .trailer:
      if try trailer.take(byte) { phase = .complete }
    case .counted, .untilClose, .chunkData, .complete: break
    }
  }
}
