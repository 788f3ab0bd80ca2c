import COpenSSL
import Events
import Glibc

/// What OpenSSL reads from and writes to: the stream below, through a BIO of our own (bio(7)).
///
/// Whatever OpenSSL writes is taken, and what the stream below does not take waits here, so that a
/// write never has to be repeated. At most one record and a few words of the handshake wait.
final class TLSTransport: Wakeable {
  private static let mostWaiting = 1 << 16
  /// The longest hello that is read before its host is known.
  private static let longestHello = 16_384

  let lower: any ByteStream
  private let loop: EventLoop
  /// Who is woken when the stream's readiness changes.
  var waitPoint: (any Wakeable)?
  /// Encrypted bytes that OpenSSL has not read yet; nil while there are none.
  private var inbound: ByteBuffer?
  /// Encrypted bytes that the stream below has not taken yet.
  private var outbound: [UInt8] = []
  /// Whether the end of writing is to be told once all has left.
  private var finishes = false
  /// Whether the client's hello has been read to its end.
  var hasHello = false
  private var read = 0
  /// Whether the peer has ended the stream below.
  private(set) var hasEnded = false
  /// What went wrong below.
  private(set) var failure: IOFailure?
  /// Whether OpenSSL has taken any bytes.
  var hasBegun: Bool { read > 0 }
  /// OpenSSL's error when it wrote its alert: a stream below that is TLS too empties the queue.
  private(set) var error: ErrorQueue.Entry?

  init(_ lower: any ByteStream, early: [UInt8], on loop: EventLoop) {
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
  func wake() {
    if !outbound.isEmpty { _ = flush() }
    waitPoint?.wake()
  }

  var hasInbound: Bool { inbound != nil }
  var hasOutbound: Bool { !outbound.isEmpty }

  /// The next byte from below, without taking it; nil when there is none yet.
  func peek() -> UInt8? {
    guard fill(), let inbound else { return nil }
    return inbound.withReadable { $0[0] }
  }

  /// Whether there are bytes for OpenSSL, read from below if need be.
  private func fill() -> Bool {
    if inbound != nil { return true }
    guard failure == nil, !hasEnded else { return false }
    let buffer = loop.buffers.lend()
    do {
      if let count = try lower.receive(into: buffer) {
        if count > 0 {
          inbound = buffer
          return true
        }
        hasEnded = true
      }
    } catch {
      failure = error
    }
    loop.buffers.giveBack(buffer)
    return false
  }

  /// Gives OpenSSL bytes: how many, 0 at the end or after a failure, nil for none yet.
  fileprivate func take(_ room: UnsafeMutableRawBufferPointer) -> Int? {
    guard fill(), let inbound else { return hasEnded || failure != nil ? 0 : nil }
    let count = min(room.count, inbound.count)
    if !hasHello {
      read += count
      guard read <= TLSTransport.longestHello else {
        failure = IOFailure("tls hello", code: EMSGSIZE)
        return 0
      }
    }
    inbound.withReadableBytes(0..<count) { room.copyMemory(from: $0) }
    inbound.consume(count)
    if inbound.isEmpty {
      self.inbound = nil
      loop.buffers.giveBack(inbound)
    }
    return count
  }

  /// Takes OpenSSL's bytes; false when too many wait or the stream below has failed.
  fileprivate func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard failure == nil else { return false }
    if error == nil { error = ErrorQueue.oldest }
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
  func flush() -> Bool {
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
  func finishSending() {
    finishes = true
    _ = flush()
  }

  /// Lets go of the stream below, which the caller then ends.
  func detach() {
    _ = flush()
    lower.waitPoint = nil
    waitPoint = nil
    outbound = []
    if let inbound { loop.buffers.giveBack(inbound) }
    inbound = nil
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

  /// A BIO over this transport, which must outlive it; nil when memory runs out.
  func makeBIO() -> OpaquePointer? {
    guard let method = TLSTransport.method, let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    BIO_set_init(bio, 1)
    return bio
  }
}
