/// How large a head may be before it is refused, in bytes that include line ends.
public struct HeadLimits: Hashable, Sendable {
  /// The longest start line; RFC 9112 section 3 asks for at least 8000 octets.
  public let startLine: Int
  /// The longest field line.
  public let line: Int
  /// The largest head: start line, field lines and the empty line.
  public let block: Int
  /// The most field lines.
  public let fields: Int

  /// Limits as given; sizes above 1 GiB are lowered to that, so that offsets fit 31 bits.
  public init(startLine: Int, line: Int, block: Int, fields: Int) {
    self.startLine = min(startLine, 1 << 30)
    self.line = min(line, 1 << 30)
    self.block = min(block, 1 << 30)
    self.fields = fields
  }
}
