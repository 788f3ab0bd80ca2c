import COpenSSL
import Events
import Glibc

/// What OpenSSL reads from and writes to: the stream below, through a BIO of our own (bio(7)).
///
/// Whatever OpenSSL writes is taken, and what the stream below does not take waits here, so that a
/// write never has to be repeated. At most one record and a few words of the handshake wait.
///
/// OpenSSL reads straight into its own buffer, a whole record and what came behind it at once.
package final class TLSTransport: Wakeable {
  private static let mostWaiting = 1 << 16
  /// The longest hello that is read before its host is known.
  private static let longestHello = 16_384

  package let lower: any ByteStream
  private let loop: EventLoop
  /// Who is woken when the stream's readiness changes.
  package var waitPoint: (any Wakeable)?
  /// Bytes read ahead of OpenSSL; nil while there are none.
  private var inbound: ByteBuffer?
  /// Encrypted bytes that the stream below has not taken yet.
  private var outbound: [UInt8] = []
  /// Whether the end of writing is to be told once all has left.
  private var finishes = false
  /// Whether the client's hello has been read to its end.
  package var hasHello = false
  private var read = 0
  /// Whether the peer has ended the stream below.
  package private(set) var hasEnded = false
  /// What went wrong below.
  package private(set) var failure: IOFailure?
  /// Whether OpenSSL has taken any bytes.
  package var hasBegun: Bool { read > 0 }
  /// Whether the handshake is not done yet.
  package var isInHandshake = true
  /// Whether OpenSSL has asked for bytes and there were none yet.
  var isStarved = false
  /// OpenSSL's error when it wrote its alert: a stream below that is TLS too empties the queue.
  package private(set) var error: ErrorQueue.Entry?

  package init(_ lower: any ByteStream, early: [UInt8] = [], on loop: EventLoop) {
    self.lower = lower
    self.loop = loop
    if !early.isEmpty {
      let buffer = loop.buffers.lend()
      buffer.append(early)
      inbound = buffer
    }
    lower.waitPoint = self
  }

  /// The stream below may take or have more.
  package func wake() {
    if !outbound.isEmpty { _ = flush() }
    waitPoint?.wake()
  }

  package var hasInbound: Bool { inbound != nil }
  package var hasOutbound: Bool { !outbound.isEmpty }

  /// The next byte from below, without taking it; nil when there is none yet.
  package func peek() -> UInt8? {
    if inbound == nil, failure == nil, !hasEnded {
      let buffer = loop.buffers.lend()
      inbound = buffer
      let count = buffer.fill { receive(into: $0) ?? 0 }
      if count == 0 { dropInbound() }
    }
    return inbound?.withReadable { $0[0] }
  }

  /// Reads from below: how many bytes, 0 at the end or after a failure, nil for none yet.
  private func receive(into room: UnsafeMutableRawBufferPointer) -> Int? {
    guard failure == nil, !hasEnded else { return 0 }
    do {
      let count = try lower.receive(raw: room)
      hasEnded = count == 0
      return count
    } catch {
      failure = error
      return 0
    }
  }

  /// Gives OpenSSL bytes: how many, 0 at the end or after a failure, nil for none yet.
  fileprivate func take(_ room: UnsafeMutableRawBufferPointer) -> Int? {
    var room = room
    if !hasHello {
      guard read < TLSTransport.longestHello else {
        failure = IOFailure("tls hello", code: EMSGSIZE)
        return 0
      }
      let most = min(room.count, TLSTransport.longestHello - read)
      room = UnsafeMutableRawBufferPointer(rebasing: room[..<most])
    }
    let count = inbound.map { take(room, from: $0) } ?? receive(into: room)
    if !hasHello { read += count ?? 0 }
    if count == nil { isStarved = true }
    return count
  }

  private func take(_ room: UnsafeMutableRawBufferPointer, from inbound: ByteBuffer) -> Int {
    let count = min(room.count, inbound.count)
    inbound.withReadableBytes(0..<count) { room.copyMemory(from: $0) }
    inbound.consume(count)
    if inbound.isEmpty { dropInbound() }
    return count
  }

  private func dropInbound() {
    if let inbound { loop.buffers.giveBack(inbound) }
    inbound = nil
  }

  /// Takes OpenSSL's bytes; false when too many wait or the stream below has failed.
  fileprivate func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard failure == nil else { return false }
    if isInHandshake, error == nil { error = ErrorQueue.oldest }
    var sent = 0
    if outbound.isEmpty {
      do {
        sent = try lower.send(raw: bytes)
      } catch {
        failure = error
        return false
      }
    }
    guard sent < bytes.count else { return true }
    guard outbound.count + bytes.count - sent <= TLSTransport.mostWaiting else {
      failure = IOFailure("tls send", code: ENOBUFS)
      return false
    }
    outbound.append(contentsOf: bytes[sent...])
    return true
  }

  /// Sends what waits; whether nothing waits any more.
  package func flush() -> Bool {
    while !outbound.isEmpty, failure == nil {
      do throws(IOFailure) {
        let sent = try outbound.withUnsafeBytes { bytes in
          Result { () throws(IOFailure) in try lower.send(raw: bytes) }
        }.get()
        if sent == 0 { return false }
        outbound.removeFirst(sent)
      } catch {
        failure = error
      }
    }
    if outbound.isEmpty {
      outbound = []
      if finishes { lower.finishSending() }
      finishes = false
    }
    return outbound.isEmpty
  }

  /// Tells the peer, after what waits, that nothing more will be written.
  package func finishSending() {
    finishes = true
    _ = flush()
  }

  /// Lets go of the stream below, which the caller then ends: OpenSSL gets nothing more through.
  package func detach() {
    _ = flush()
    lower.waitPoint = nil
    waitPoint = nil
    outbound = []
    dropInbound()
    if failure == nil { failure = IOFailure("tls", code: ENOTCONN) }
  }
}

extension TLSTransport {
  /// How OpenSSL calls a transport; made once for the process, like OpenSSL's own.
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    guard let method = BIO_meth_new(BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK), "stream")
    else { return nil }
    BIO_meth_set_write_ex(method) { bio, data, count, written in
      guard let transport = TLSTransport.of(bio) else { return 0 }
      let isTaken = transport.put(UnsafeRawBufferPointer(start: data, count: count))
      written?.pointee = isTaken ? count : 0
      return isTaken ? 1 : 0
    }
    BIO_meth_set_read_ex(method) { bio, data, count, read in
      guard let transport = TLSTransport.of(bio) else { return 0 }
      BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
      let taken = transport.take(UnsafeMutableRawBufferPointer(start: data, count: count))
      read?.pointee = taken ?? 0
      if taken == nil { BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY) }
      return (taken ?? 0) > 0 ? 1 : 0
    }
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }()

  private static func of(_ bio: OpaquePointer?) -> TLSTransport? {
    guard let context = BIO_get_data(bio) else { return nil }
    return Unmanaged<TLSTransport>.fromOpaque(context).takeUnretainedValue()
  }

  /// Puts this transport, which must outlive it, under OpenSSL's connection; false when memory runs
  /// out.
  package func carry(_ ssl: OpaquePointer) -> Bool {
    guard let method = TLSTransport.method, let bio = BIO_new(method) else { return false }
    BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    BIO_set_init(bio, 1)
    copenssl_carry(ssl, bio)
    return true
  }
}
