/// Bytes on their way: written at the end, read from the front, in one contiguous block.
public final class ByteBuffer {
  /// The size of a fresh buffer.
  public static let usualSize = 16_384

  private var storage: [UInt8]
  private var start = 0
  private var end = 0

  /// An empty buffer of the usual size.
  public init() { storage = Array(repeating: 0, count: ByteBuffer.usualSize) }

  /// Bytes that can be read.
  public var count: Int { end - start }
  /// Whether there is nothing to read.
  public var isEmpty: Bool { start == end }
  /// Bytes that fit behind what is there, without growing.
  public var room: Int { storage.count - end }
  /// Bytes the block holds.
  public var capacity: Int { storage.count }

  /// Forgets the first `count` readable bytes.
  public func consume(_ count: Int) {
    precondition(count <= end - start, "consumed more than was there")
    start += count
    if start == end {
      start = 0
      end = 0
    }
  }

  /// Forgets everything.
  public func clear() {
    start = 0
    end = 0
  }

  /// Moves what is there to the front of the block.
  public func compact() {
    guard start > 0 else { return }
    storage.withUnsafeMutableBytes { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }
    end -= start
    start = 0
  }

  /// Makes the block `capacity` bytes long if it is shorter.
  public func grow(to capacity: Int) {
    if capacity > storage.count {
      storage.append(contentsOf: [UInt8](repeating: 0, count: capacity - storage.count))
    }
  }

  /// Makes room for the next read: moves what is there to the front, doubles a block that is full.
  public func makeRoom() {
    if start > 0, room < ByteBuffer.usualSize / 4 { compact() }
    if room == 0 { grow(to: max(ByteBuffer.usualSize, storage.count * 2)) }
  }

  /// Cuts the block to what it holds.
  public func trim() {
    storage = Array(storage[start..<end])
    end -= start
    start = 0
  }

  /// Makes the block the usual size again; what is there is lost.
  func shrink() {
    clear()
    if storage.count != ByteBuffer.usualSize {
      storage = Array(repeating: 0, count: ByteBuffer.usualSize)
    }
  }

  /// Lends the readable bytes.
  public func withReadable<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try storage.withUnsafeBufferPointer { bytes throws(E) in
      try body(Span(_unsafeElements: UnsafeBufferPointer(rebasing: bytes[start..<end])))
    }
  }

  /// Copies `range` of the readable bytes behind `output`.
  public func append(_ range: Range<Int>, to output: inout [UInt8]) {
    output.append(contentsOf: storage[(start + range.lowerBound)..<(start + range.upperBound)])
  }

  /// Appends bytes, growing the block as needed.
  public func append(_ bytes: some Collection<UInt8>) {
    if room < bytes.count { compact() }
    if room < bytes.count { grow(to: end + bytes.count) }
    for byte in bytes {
      storage[end] = byte
      end += 1
    }
  }

  /// Lends `range` of the readable bytes to a system call.
  public func withReadableBytes<R>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R
  ) -> R {
    let lent = (start + range.lowerBound)..<(start + range.upperBound)
    return storage.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[lent])) }
  }

  /// Lends the free room to a system call, which says how many bytes it wrote there.
  public func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    let written = storage.withUnsafeMutableBytes {
      body(UnsafeMutableRawBufferPointer(rebasing: $0[end...]))
    }
    if written > 0 { end += written }
    return written
  }
}
