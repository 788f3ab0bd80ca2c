/// How much a chunked body may carry besides its data (wire-and-security.md section 4).
public struct BodyLimits: Hashable, Sendable {
  /// The longest extension of one chunk, in bytes.
  public let extensionLine: Int
  /// How many bytes all extensions so far may be ahead of the data so far.
  public let extensionLead: Int
  /// The most bytes of trailer lines.
  public let trailer: Int
  /// The most trailer lines.
  public let trailerFields: Int

  /// Limits as given.
  public init(
    extensionLine: Int, extensionLead: Int, trailer: Int, trailerFields: Int
  ) {
    self.extensionLine = extensionLine
    self.extensionLead = extensionLead
    self.trailer = trailer
    self.trailerFields = trailerFields
  }
}
