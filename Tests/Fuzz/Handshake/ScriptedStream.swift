import Events
import FuzzSupport
import Glibc

/// A stream in memory that never has to be waited for: it brings its bytes in pieces, finds nothing
/// between them, and ends once nothing more can come.
final class ScriptedStream: ByteStream {
  var waitPoint: (any Wakeable)?
  /// What the peer does with bytes: its answer.
  var peer: (UnsafeRawBufferPointer) -> [UInt8] = { _ in [] }
  /// What is changed of the peer's bytes: a mask for the byte at an offset.
  var edits: [Int: UInt8] = [:]
  /// Most bytes that one write takes; every other write takes none where there is a limit.
  var grain: Int?
  private(set) var isClosed = false
  private var incoming: [UInt8] = []
  private var pieces: [Int]
  private var offset = 0
  private var isBetween = false
  private var isFull = false
  /// Whether a writer waits to be woken.
  private var isStalled = false
  private var idle = 0

  /// A stream whose first reads find `pieces` bytes each, and later ones all there is.
  init(pieces: [Int]) { self.pieces = pieces.reversed() }

  /// Brings bytes from the peer.
  func bring(_ bytes: [UInt8]) {
    for byte in bytes {
      incoming.append(byte ^ (edits[offset] ?? 0))
      offset += 1
    }
  }

  var canReceive: Bool { true }

  func receive(raw room: UnsafeMutableRawBufferPointer) throws(IOFailure) -> Int? {
    if isClosed { throw IOFailure("recv", code: EBADF) }
    if isStalled {
      isStalled = false
      waitPoint?.wake()
    }
    isBetween.toggle()
    guard !incoming.isEmpty else {
      idle += 1
      return idle > 4 ? 0 : nil
    }
    if isBetween { return nil }
    idle = 0
    let count = min(max(1, pieces.popLast() ?? .max), incoming.count, room.count)
    room.copyBytes(from: incoming[..<count])
    incoming.removeFirst(count)
    return count
  }

  func endMessage() {}

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
    if isClosed { throw IOFailure("send", code: EPIPE) }
    if grain != nil {
      isFull.toggle()
      if isFull {
        isStalled = true
        return 0
      }
    }
    let count = min(grain ?? .max, bytes.count)
    idle = 0
    if count > 0 { bring(peer(UnsafeRawBufferPointer(rebasing: bytes[..<count]))) }
    isStalled = count < bytes.count
    return count
  }

  var peerIsGone: Bool { false }
  func askForPeer() -> Bool { false }
  var leastRoundTrip: Duration? { nil }
  var isDelivered: Bool { true }
  func finishSending() {}
  func abort() { close() }
  func close() { isClosed = true }
}
