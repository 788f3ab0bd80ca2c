import COpenSSL
import Encrypting

/// What is asked of a client's hello: the host it names (RFC 6066 section 3) and the protocols it
/// offers (RFC 7301).
final class TLSHello {
  /// The host the client connected to; nil when it may name any.
  private let host: HostName?
  private unowned let transport: TLSTransport
  /// Why the hello was refused.
  private(set) var failure: TLSFailure?

  init(host: HostName?, transport: TLSTransport) {
    self.host = host
    self.transport = transport
  }

  /// Called by OpenSSL once the hello is whole, before anything in it counts.
  static func check(_ ssl: OpaquePointer?, alert: UnsafeMutablePointer<Int32>?) -> Int32 {
    guard let context = SSL_get_ex_data(ssl, 0) else { return SSL_CLIENT_HELLO_ERROR }
    let hello = Unmanaged<TLSHello>.fromOpaque(context).takeUnretainedValue()
    hello.transport.hasHello = true
    guard let host = hello.host else { return SSL_CLIENT_HELLO_SUCCESS }
    var start: UnsafePointer<UInt8>?
    var count = 0
    guard
      SSL_client_hello_get0_ext(ssl, UInt32(TLSEXT_TYPE_server_name), &start, &count) == 1
    else { return SSL_CLIENT_HELLO_SUCCESS }
    let named = name(in: UnsafeBufferPointer(start: start, count: count))
    if let named, HostName(named) == host { return SSL_CLIENT_HELLO_SUCCESS }
    // It goes to a log: no control character may get there.
    let shown = String((named ?? "").prefix(255).filter { $0 >= "!" && $0 <= "~" && $0.isASCII })
    hello.failure = TLSFailure(
      .wrongName, "the client connected to \(host.text) and asks for \"\(shown)\"")
    alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
    return SSL_CLIENT_HELLO_ERROR
  }

  /// The name in a server_name extension: a list of one entry of type 0.
  private static func name(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard bytes.count > 5, Int(bytes[0]) << 8 | Int(bytes[1]) == bytes.count - 2, bytes[2] == 0,
      Int(bytes[3]) << 8 | Int(bytes[4]) == bytes.count - 5
    else { return nil }
    return String(decoding: bytes[5...], as: UTF8.self)
  }

  /// Chooses `http/1.1`, or nothing with an alert when it is not offered.
  static func choose(
    from offered: UnsafeBufferPointer<UInt8>,
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?
  ) -> Int32 {
    let wanted = Array("http/1.1".utf8)
    var next = 0
    while next < offered.count {
      let count = Int(offered[next])
      let (start, end) = (next + 1, next + 1 + count)
      guard end <= offered.count else { break }
      if offered[start..<end].elementsEqual(wanted) {
        chosen?.pointee = offered.baseAddress.map { $0 + start }
        length?.pointee = UInt8(count)
        return SSL_TLSEXT_ERR_OK
      }
      next = end
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }
}
