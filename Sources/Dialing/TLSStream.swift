internal import CCurl
import Events
internal import Glibc

/// A TLS connection: libcurl's handle encrypts and decrypts, the loop watches the descriptor.
///
/// libcurl may close the connection by itself while it makes another one; it says so before the
/// descriptor goes (`abandon`), so that no watch outlives its descriptor.
final class TLSStream: ByteStream {
  private let dialer: Dialer
  private var attempt: DialAttempt?
  private var descriptor: Int32
  private var watch: Watch?
  var waitPoint: (any Wakeable)?
  private(set) var canReceive = true
  private var canSend = true
  /// Bytes of a write that must be repeated to the letter (SSL_write(3)).
  private var staged: [UInt8] = []
  /// How many of them have left.
  private var stagedSent = 0

  init(_ dialer: Dialer, _ attempt: DialAttempt, descriptor: Int32) {
    self.dialer = dialer
    self.attempt = attempt
    self.descriptor = descriptor
    attempt.stream = self
    watch = Watch(dialer.loop, descriptor, .edge) { [unowned self] readiness in
      if !readiness.isDisjoint(with: [.read, .closed]) { canReceive = true }
      // A renegotiated key may make a write wait for a read.
      canSend = true
      waitPoint?.wake()
    }
  }

  deinit { close() }

  func receive(into buffer: ByteBuffer) throws(IOFailure) -> Int? {
    guard let attempt else { throw IOFailure("tls recv", code: ENOTCONN) }
    var code = CURLE_OK
    let count = buffer.fill { room in
      var count = 0
      code = curl_easy_recv(attempt.easy, room.baseAddress, room.count, &count)
      return count
    }
    if code == CURLE_OK { return count }
    guard code == CURLE_AGAIN else { throw IOFailure("tls recv", code: ECONNRESET) }
    canReceive = false
    return nil
  }

  /// Does nothing: only `CURLE_AGAIN` tells that no record is left over.
  func endMessage() {}

  func send(
    _ head: [UInt8], from start: Int, then buffer: ByteBuffer?, _ body: Range<Int>
  ) throws(IOFailure) -> Int {
    guard canSend else { return 0 }
    if !staged.isEmpty { return try writeStaged() }
    // Small parts leave as one record; a large body is not worth copying.
    if start < head.count, body.count <= ByteBuffer.usualSize {
      staged.reserveCapacity(head.count - start + body.count)
      staged.append(contentsOf: head[start...])
      buffer?.append(body, to: &staged)
      return try writeStaged()
    }
    if start < head.count {
      return try head.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        .get()
    }
    guard let buffer else { return 0 }
    return try buffer.withReadableBytes(body) { write($0) }.get()
  }

  /// Writes what is staged; the key may be in it, so nothing of it stays behind.
  private func writeStaged() throws(IOFailure) -> Int {
    let sent = try staged.withUnsafeBytes {
      write(UnsafeRawBufferPointer(rebasing: $0[stagedSent...]))
    }.get()
    stagedSent += sent
    if stagedSent == staged.count { dropStaged() }
    return sent
  }

  private func dropStaged() {
    staged.wipe()
    staged.removeAll(keepingCapacity: true)
    stagedSent = 0
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Result<Int, IOFailure> {
    guard let attempt else { return .failure(IOFailure("tls send", code: ENOTCONN)) }
    var sent = 0
    let code = curl_easy_send(attempt.easy, bytes.baseAddress, bytes.count, &sent)
    if code == CURLE_OK { return .success(sent) }
    guard code == CURLE_AGAIN else { return .failure(IOFailure("tls send", code: EPIPE)) }
    canSend = false
    return .success(0)
  }

  func send(raw bytes: UnsafeRawBufferPointer) throws(IOFailure) -> Int {
    guard canSend else { return 0 }
    if !staged.isEmpty { return try writeStaged() }
    return try write(bytes).get()
  }

  /// Does nothing: libcurl has no half-close.
  func finishSending() {}

  /// Closes: over TLS an end without `close_notify` is no regular one.
  func abort() { close() }

  var peerIsGone: Bool { attempt == nil }

  func askForPeer() -> Bool { peerIsGone }

  var leastRoundTrip: Duration? { Socket.leastRoundTrip(of: descriptor) }

  var isDelivered: Bool { Socket.isDelivered(descriptor) }

  func close() {
    guard let attempt else { return }
    self.attempt = nil
    dropStaged()
    detach()
    attempt.stream = nil
    dialer.remove(attempt)
  }

  /// libcurl is about to close the descriptor.
  func abandon(_ closing: Int32) {
    guard closing == descriptor else { return }
    detach()
    canReceive = true
    waitPoint?.wake()
  }

  private func detach() {
    watch?.cancel()
    watch = nil
    descriptor = -1
  }
}
