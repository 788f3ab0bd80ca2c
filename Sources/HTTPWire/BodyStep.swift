/// What a body decoder found at the start of its input.
public enum BodyStep: Hashable, Sendable {
  /// Body bytes lie at this range of the input, never an empty one; drop all up to its upper bound.
  case data(Range<Int>)
  /// So many bytes can be dropped, all there are; more input is needed.
  case needsMore(consumed: Int)
  /// So many bytes can be dropped and the message is complete; what follows is the next one's.
  case end(consumed: Int)
}
