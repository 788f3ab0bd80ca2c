internal import CCurl
internal import CSystem
import Events
internal import Glibc
import Policy
import Timekeeping

/// One connection on its way: libcurl's handle, who waits for it, and how it ended.
final class DialAttempt {
  let easy: UnsafeMutableRawPointer
  let slot: PoolSlot
  let target: DialTarget
  private let rules: AddressRules
  private let lookUps: LookUps
  private let loop: EventLoop
  /// Descriptors from this number on are not for connections to origins.
  private let descriptorBound: Int32
  /// When it is given up.
  let deadline: Instant
  /// Whether a thread of libcurl's is looking the name up: the handle must not be removed then.
  private(set) var isLookingUp = false
  /// Whether no look-up was to be had for it.
  private(set) var wasTurnedAway = false
  /// Whether its time is up; it ends as soon as its name was looked up.
  var isGivenUp = false
  /// Who waits; nil once the waiter has left, when the connection goes to the pool.
  var waiter: WaitPoint?
  var outcome: Result<UpstreamConnection, DialFailure>?
  private(set) var sawProhibited = false
  private(set) var socketError: Int32 = 0
  /// The descriptor that lives on when libcurl lets go of it.
  var kept: Int32 = -1

  init?(_ slot: PoolSlot, by dialer: Dialer, until deadline: Instant) {
    guard let easy = curl_easy_init() else { return nil }
    self.easy = easy
    self.slot = slot
    target = slot.target
    self.deadline = deadline
    rules = dialer.rules
    lookUps = dialer.lookUps
    loop = dialer.loop
    descriptorBound = dialer.descriptorBound
  }

  deinit { curl_easy_cleanup(easy) }

  /// Sets what is asked of libcurl; see its manual for each.
  func configure() {
    setOptions()
    setCallbacks()
  }

  private func setOptions() {
    let text: [(CURLoption, String?)] = [
      (CURLOPT_URL, target.url),
      (CURLOPT_PROXY, ""),  // Otherwise http_proxy would lead back to ourselves.
      (CURLOPT_PROTOCOLS_STR, "http,https"),
      (CURLOPT_CAINFO, target.certificateAuthorities),
    ]
    for (option, value) in text where value != nil {
      ccurl_easy_setopt_string(easy, option, value)
    }
    // The system's directory would be trusted beside the file, even beside an API's own, and keeps
    // libcurl from reading the file once for all dials: 30 ms of the loop's time for each.
    ccurl_easy_setopt_string(easy, CURLOPT_CAPATH, nil)
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_CONNECT_ONLY, 1),
      (CURLOPT_NOSIGNAL, 1),
      // A dial that times out must not join a resolver thread that hangs.
      (CURLOPT_QUICK_EXIT, 1),
      (CURLOPT_FRESH_CONNECT, 1),
      // libcurl closes connections it thinks idle too long whenever it makes a new one.
      (CURLOPT_MAXAGE_CONN, 1_000_000_000),
      (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
      (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
      (CURLOPT_SSL_VERIFYPEER, 1),
      (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_TCP_KEEPALIVE, 1),
      // The dialer ends what takes too long, but for look-ups, which nothing can end.
      (CURLOPT_CONNECTTIMEOUT_MS, 86_400_000),
    ]
    for (option, value) in numbers { ccurl_easy_setopt_long(easy, option, value) }
  }

  private func setCallbacks() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    ccurl_easy_setopt_opensocket(
      easy,
      { context, _, address in
        guard let context, let address else { return -1 }
        return Unmanaged<DialAttempt>.fromOpaque(context).takeUnretainedValue().open(address)
      }, context)
    ccurl_easy_setopt_resolver_start(
      easy,
      { _, _, context in
        guard let context else { return 1 }
        return Unmanaged<DialAttempt>.fromOpaque(context).takeUnretainedValue().beginLookUp()
      }, context)
    ccurl_easy_setopt_closesocket(
      easy,
      { context, descriptor in
        guard let context else { return close(descriptor) }
        return Unmanaged<DialAttempt>.fromOpaque(context).takeUnretainedValue()
          .closeSocket(descriptor)
      }, context)
  }

  /// Asks for a thread to look the name up: 0 when it may begin.
  private func beginLookUp() -> Int32 {
    guard !target.isNumeric else { return 0 }
    isLookingUp = lookUps.begin(target, now: loop.now)
    wasTurnedAway = !isLookingUp
    return isLookingUp ? 0 : 1
  }

  /// The name was looked up, or will not be.
  func endLookUp(_ failure: DialFailure?) {
    guard isLookingUp else { return }
    isLookingUp = false
    lookUps.end(target, failure, now: loop.now)
  }

  /// Vets an address at the moment it is dialled: a name may resolve to another one every time.
  private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    endLookUp(nil)
    if isGivenUp { return -1 }
    let allowed = withUnsafePointer(to: &address.pointee.addr) { destination in
      let bytes = DialAttempt.bytes { csystem_address_bytes(destination, $0) }
      return allows(bytes, port: csystem_port(destination))
    }
    guard allowed else {
      sawProhibited = true
      return -1
    }
    let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.pointee.family, kind, address.pointee.protocol)
    if descriptor < 0 { socketError = errno }
    if descriptor >= descriptorBound {
      close(descriptor)
      socketError = EMFILE
      return -1
    }
    return descriptor
  }

  /// Vets the address a connection has come to, whatever was asked for.
  func allowsPeer(of descriptor: Int32) -> Bool {
    var port: UInt16 = 0
    let bytes = DialAttempt.bytes { csystem_peer_bytes(descriptor, $0, &port) }
    if allows(bytes, port: port) { return true }
    sawProhibited = true
    return false
  }

  /// Whether the rules allow an address; what is neither IPv4 nor IPv6 has no bytes and is not.
  private func allows(_ bytes: [UInt8], port: UInt16) -> Bool {
    !bytes.isEmpty
      && rules.allow(bytes, port: port, isDeclared: !target.isPublicOnly) {
        csystem_has_address($0, Int32($0.count)) != 0
      }
  }

  /// OpenSSL's connection under a TLS connection that stands; nil when libcurl gives none.
  func session() -> OpaquePointer? {
    // Writing nothing ties the connection to its handle: libcurl then says what is under it, and
    // closes nothing by itself when it looks for dead connections.
    var count = 0
    curl_easy_send(easy, "", 0, &count)
    return ccurl_easy_getinfo_openssl(easy).map { OpaquePointer($0) }
  }

  private static func bytes(_ write: (UnsafeMutablePointer<UInt8>) -> Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = bytes.withUnsafeMutableBufferPointer { room in
      room.baseAddress.map(write) ?? 0
    }
    return Array(bytes.prefix(Int(count)))
  }

  private func closeSocket(_ descriptor: Int32) -> Int32 {
    descriptor == kept ? 0 : close(descriptor)
  }
}
