import Events

/// One direction of a tunnel: what comes in at one end goes out at the other.
///
/// It holds one buffer, and only while that holds bytes. Nothing is read before everything read has
/// been written, so a side that does not read stops the other one.
final class TunnelFlow {
  /// Most bytes moved before the other direction has its turn.
  private static let turn = 64 << 10

  private let source: any ByteStream
  private let sink: any ByteStream
  private let buffers: BufferPool
  private var buffer: ByteBuffer?
  private var hasEnded = false
  /// Whether the source has ended and all it sent, with its end, was passed on.
  private(set) var isFinished = false

  /// Moves `held`, which was read from `source` before, and then what else comes.
  init(
    from source: any ByteStream, to sink: any ByteStream, holding held: ByteBuffer?,
    buffers: BufferPool
  ) {
    self.source = source
    self.sink = sink
    self.buffers = buffers
    buffer = held
  }

  deinit { if let buffer { buffers.giveBack(buffer) } }

  /// Moves what can be moved now: the number of bytes.
  ///
  /// - Throws: `IOFailure` when either side broke.
  func move() throws(IOFailure) -> Int {
    var moved = 0
    while !isFinished, moved < TunnelFlow.turn {
      guard let held = try take() else { break }
      guard !held.isEmpty else {
        finish()
        break
      }
      let count = try sink.send([], from: 0, then: held, 0..<held.count)
      held.consume(count)
      moved += count
      if held.isEmpty { giveBack() }
      if count == 0 { break }
    }
    return moved
  }

  /// What is to be written next, empty at the source's end; nil when there is nothing yet.
  private func take() throws(IOFailure) -> ByteBuffer? {
    if let buffer, !buffer.isEmpty || hasEnded { return buffer }
    let fresh = buffer ?? buffers.lend()
    buffer = fresh
    guard source.canReceive, let count = try source.receive(into: fresh) else {
      giveBack()
      return nil
    }
    hasEnded = count == 0
    return fresh
  }

  private func finish() {
    giveBack()
    isFinished = true
    sink.finishSending()
  }

  private func giveBack() {
    if let buffer { buffers.giveBack(buffer) }
    buffer = nil
  }
}
