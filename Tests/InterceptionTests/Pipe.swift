import Events
import Glibc

/// A stream in memory whose peer answers at once: no socket, no thread, no waiting.
final class Pipe: ByteStream {
  var waitPoint: (any Wakeable)?
  /// What the peer does with bytes; its answer can be read at once.
  var peer: (UnsafeRawBufferPointer) -> [UInt8] = { _ in [] }
  /// Bytes that can be read.
  private(set) var incoming: [UInt8] = []
  /// Most bytes that one read finds.
  var readSize = Int.max
  /// Bytes that can still be written.
  var room = Int.max
  /// Whether the peer has ended its side.
  var isEnded = false
  private(set) var isFinished = false
  private(set) var isAborted = false
  private(set) var isClosed = false
  private(set) var canReceive = true

  /// Brings bytes from the peer.
  func bring(_ bytes: [UInt8]) {
    incoming += bytes
    canReceive = true
    waitPoint?.wake()
  }

  /// Makes room for writing.
  func allow(_ count: Int) {
    room = room.addingReportingOverflow(count).partialValue
    waitPoint?.wake()
  }

  func receive(raw room: UnsafeMutableRawBufferPointer) throws(IOFailure) -> Int? {
    if incoming.isEmpty {
      if isEnded { return 0 }
      canReceive = false
      return nil
    }
    let count = min(readSize, incoming.count, room.count)
    room.copyBytes(from: incoming[..<count])
    incoming.removeFirst(count)
    return count
  }

  func endMessage() { if incoming.isEmpty { canReceive = isEnded } }

  func send(
    _ head: [UInt8], from start: Int, then buffer: ByteBuffer?, _ body: Range<Int>
  ) throws(IOFailure) -> Int {
    var bytes = Array(head[start...])
    buffer?.append(body, to: &bytes)
    return try bytes.withUnsafeBytes { bytes in
      Result { () throws(IOFailure) in try send(raw: bytes) }
    }.get()
  }

  func send(raw bytes: UnsafeRawBufferPointer) throws(IOFailure) -> Int {
    if isClosed || isFinished { throw IOFailure("send", code: EPIPE) }
    let count = min(room, bytes.count)
    if room != .max { room -= count }
    if count > 0 {
      let answer = peer(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      incoming += answer
      if !answer.isEmpty { canReceive = true }
    }
    return count
  }

  var peerIsGone: Bool { isEnded }
  func askForPeer() -> Bool { isEnded }
  var leastRoundTrip: Duration? { nil }
  var isDelivered: Bool { true }
  func finishSending() { isFinished = true }
  func abort() {
    isAborted = true
    close()
  }
  func close() { isClosed = true }
}
