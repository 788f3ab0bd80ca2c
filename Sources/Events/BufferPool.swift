/// Buffers that nobody uses now: a connection without bytes to hold owns none.
public final class BufferPool {
  private static let most = 256
  private var free: [ByteBuffer] = []

  init() {}

  /// Lends an empty buffer of the usual size.
  public func lend() -> ByteBuffer { free.popLast() ?? ByteBuffer() }

  /// Takes a buffer back; what it holds is lost.
  public func giveBack(_ buffer: ByteBuffer) {
    guard free.count < BufferPool.most else { return }
    buffer.shrink()
    free.append(buffer)
  }
}
