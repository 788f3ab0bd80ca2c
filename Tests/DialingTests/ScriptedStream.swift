import Events

/// A stream in memory that brings what it is told to and remembers whether it was closed.
final class ScriptedStream: ByteStream {
  /// What a read finds: so many bytes (none at the peer's end), nothing yet, or a failure.
  enum Find { case bytes(Int), nothing, failure }

  var waitPoint: (any Wakeable)?
  /// What comes next; empty while no read may find anything.
  var finds: [Find] = []
  private(set) var isClosed = false

  var canReceive: Bool { !finds.isEmpty }

  func receive(raw room: UnsafeMutableRawBufferPointer) throws(IOFailure) -> Int? {
    switch finds.isEmpty ? .nothing : finds.removeFirst() {
    case .bytes(let count): return count
    case .nothing: return nil
    case .failure: throw IOFailure("recv", code: IOFailure.endOfStream)
    }
  }

  func endMessage() {}
  func send(
    _ head: [UInt8], from start: Int, then buffer: ByteBuffer?, _ body: Range<Int>
  ) throws(IOFailure) -> Int { 0 }
  func send(raw bytes: UnsafeRawBufferPointer) throws(IOFailure) -> Int { 0 }
  var peerIsGone: Bool { isClosed }
  func askForPeer() -> Bool { isClosed }
  var leastRoundTrip: Duration? { nil }
  var isDelivered: Bool { true }
  func finishSending() {}
  func abort() { close() }
  func close() { isClosed = true }
}
