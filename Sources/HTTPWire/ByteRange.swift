/// A run of bytes inside a head, as offsets from the head's first byte.
public struct ByteRange: Hashable, Sendable {
  /// The offset of the first byte.
  public var start: Int32
  /// How many bytes there are.
  public var count: Int32

  /// The run of `count` bytes from `start`.
  public init(start: Int32, count: Int32) {
    self.start = start
    self.count = count
  }

  /// The run that covers `range`; both bounds must fit 31 bits, as every head limit makes sure.
  public init(_ range: Range<Int>) {
    start = Int32(range.lowerBound)
    count = Int32(range.count)
  }

  /// The run from `start` up to `end`, two offsets in a head.
  @inline(__always)
  init(from start: Int, to end: Int) {
    self.start = Int32(truncatingIfNeeded: start)
    count = Int32(truncatingIfNeeded: end &- start)
  }

  /// The same run as a range of offsets.
  public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }

  /// Whether the run holds no byte.
  public var isEmpty: Bool { count == 0 }
}
