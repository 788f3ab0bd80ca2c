import Glibc

/// Bytes on their way: written at the end, read from the front, in one contiguous block.
///
/// The block is not cleared when it is made, so a large one costs only the pages that are used.
public final class ByteBuffer {
  /// The size of a fresh buffer.
  public static let usualSize = 16_384
  /// The size for bulk: a body that fills a fresh buffer is probably larger by far.
  static let bulkSize = 65_536

  @usableFromInline var block: UnsafeMutableRawBufferPointer
  @usableFromInline var start = 0
  @usableFromInline var end = 0
  /// Whether the last read filled the block.
  @usableFromInline var isFilled = false

  /// An empty buffer of the usual size.
  public init() { block = ByteBuffer.allocate(ByteBuffer.usualSize) }

  deinit { block.deallocate() }

  private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: count, alignment: 1)
  }

  /// Bytes that can be read.
  @inlinable public var count: Int { end - start }
  /// Whether there is nothing to read.
  @inlinable public var isEmpty: Bool { start == end }
  /// Bytes that fit behind what is there, without growing.
  public var room: Int { block.count - end }
  /// Bytes the block holds.
  public var capacity: Int { block.count }

  /// Forgets the first `count` readable bytes.
  public func consume(_ count: Int) {
    precondition(count <= end - start, "consumed more than was there")
    start += count
    if start == end { clear() }
  }

  /// Forgets everything.
  public func clear() {
    start = 0
    end = 0
  }

  /// Moves what is there to the front of the block.
  private func compact() {
    guard start > 0 else { return }
    block.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[start..<end]))
    end -= start
    start = 0
  }

  /// Makes the block `capacity` bytes long if it is shorter.
  private func grow(to capacity: Int) {
    if capacity > block.count { move(to: capacity) }
  }

  /// Makes room for the next read: moves what is there to the front, doubles a block that is full
  /// and takes a larger one for what comes in bulk.
  public func makeRoom() {
    if isFilled, block.count < ByteBuffer.bulkSize { move(to: ByteBuffer.bulkSize) }
    if start > 0, room < ByteBuffer.usualSize / 4 { compact() }
    if room == 0 { move(to: max(ByteBuffer.usualSize, block.count * 2)) }
  }

  /// Cuts the block to what it holds.
  public func trim() { move(to: count) }

  /// Makes the block the usual size again; what is there is lost.
  func shrink() {
    clear()
    isFilled = false
    if block.count != ByteBuffer.usualSize { move(to: ByteBuffer.usualSize) }
  }

  /// Puts what is there at the front of another block, which has room for it.
  private func move(to capacity: Int) {
    let other = ByteBuffer.allocate(capacity)
    other.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[start..<end]))
    block.deallocate()
    block = other
    end -= start
    start = 0
  }

  /// Lends the readable bytes.
  @inlinable
  public func withReadable<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let bytes = UnsafeRawBufferPointer(rebasing: block[start..<end])
    return try body(Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)))
  }

  /// Copies `range` of the readable bytes behind `output`.
  public func append(_ range: Range<Int>, to output: inout [UInt8]) {
    output.append(contentsOf: readable(range))
  }

  /// Appends bytes, growing the block as needed.
  public func append(_ bytes: some Collection<UInt8>) {
    if room < bytes.count { compact() }
    if room < bytes.count { grow(to: end + bytes.count) }
    UnsafeMutableRawBufferPointer(rebasing: block[end...]).copyBytes(from: bytes)
    end += bytes.count
  }

  /// Lends `range` of the readable bytes to a system call.
  @inlinable
  public func withReadableBytes<R>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R
  ) -> R {
    body(readable(range))
  }

  @usableFromInline
  func readable(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= end - start, "more than there is to read")
    return UnsafeRawBufferPointer(
      rebasing: block[(start + range.lowerBound)..<(start + range.upperBound)])
  }

  /// Lends the free room to a system call, which says how many bytes it wrote there.
  @inlinable
  public func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    let written = body(UnsafeMutableRawBufferPointer(rebasing: block[end...]))
    precondition(written <= block.count - end, "more was written than there is room for")
    if written > 0 { end += written }
    isFilled = end == block.count
    return written
  }
}
