internal import CCurl
internal import COpenSSL
internal import CSystem
internal import Encrypting
import Events
import Policy
import Timekeeping

/// Makes connections through libcurl: names, happy eyeballs, TLS and its verification.
///
/// libcurl connects and nothing else (`CURLOPT_CONNECT_ONLY`); HTTP is ours. A connection is taken
/// from libcurl as soon as it stands, OpenSSL's with it; of a TLS connection libcurl keeps its handle.
/// Names are looked up on libcurl's own threads, so a resolver that hangs never stops the loop; how
/// many there may be is `LookUps`' to say. A handle whose name is being looked up is never removed,
/// since that joins the thread.
public final class Dialer {
  let loop: EventLoop
  private let multi: UnsafeMutableRawPointer
  private var attempts: [UnsafeMutableRawPointer: DialAttempt] = [:]
  private var watches: [Int32: Watch] = [:]
  private var timer: Timer?
  private var overdue: Timer?
  private let timeout: Duration
  let lookUps: LookUps
  private(set) var rules: AddressRules
  /// Descriptors from this number on are left to others: a dial that gets one fails.
  public var descriptorBound = Int32.max
  /// Gets connections whose caller left before they stood.
  var adopt: (UpstreamConnection) -> Void = { $0.close() }

  /// A dialer on `loop`; a connection that takes longer than `timeout` in all is given up, at most
  /// `lookUps` names are looked up at once, and `rules` say which addresses may be dialled.
  ///
  /// - Throws: `IOFailure` when libcurl cannot start, or uses another library for TLS than ours.
  public init(
    _ loop: EventLoop, timeout: Duration, lookUps: Int, rules: AddressRules = AddressRules()
  ) throws(IOFailure) {
    guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init()
    else { throw IOFailure("curl_multi_init") }
    let library = ccurl_tls_library().map { String(cString: $0) }
    let ours = "OpenSSL/" + String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))
    guard library == ours else {
      throw IOFailure("libcurl has \(library ?? "no TLS") for TLS, not \(ours)", code: ENOTSUP)
    }
    self.loop = loop
    self.multi = multi
    self.timeout = timeout
    self.rules = rules
    self.lookUps = LookUps(bound: lookUps, patience: timeout / 2)
    overdue = Timer(loop) { [unowned self] in endOverdue() }
    timer = Timer(loop) { [unowned self] in act(CURL_SOCKET_TIMEOUT, 0) }
    let context = Unmanaged.passUnretained(self).toOpaque()
    ccurl_multi_setopt_socket(
      multi,
      { _, descriptor, what, context, _ in
        guard let context else { return 0 }
        Unmanaged<Dialer>.fromOpaque(context).takeUnretainedValue().watch(descriptor, what)
        return 0
      }, context)
    ccurl_multi_setopt_timer(
      multi,
      { _, milliseconds, context in
        guard let context else { return 0 }
        Unmanaged<Dialer>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
        return 0
      }, context)
  }

  deinit {
    for attempt in attempts.values { curl_multi_remove_handle(multi, attempt.easy) }
    attempts.removeAll()
    curl_multi_cleanup(multi)
  }

  /// Never dials this port on this machine: one of our own listeners stands there.
  public func forbid(ownPort port: UInt16) { rules.ownPorts.insert(port) }

  /// Names that are being looked up now.
  public var lookingUp: Int { lookUps.running }

  /// Connects, waiting at `point`; a caller that stops waiting leaves the dial to end by itself.
  ///
  /// - Throws: `DialFailure`, also when the point's deadline passes.
  public func dial(
    _ slot: PoolSlot, at point: WaitPoint, unless isAbandoned: () -> Bool
  ) async throws(DialFailure) -> UpstreamConnection? {
    let deadline = loop.now + timeout
    if let joiner = lookUps.join(slot.target, at: point, now: loop.now) {
      defer { lookUps.leave(joiner, slot.target) }
      guard try await wait(for: joiner, at: point, unless: isAbandoned) else { return nil }
    }
    guard let attempt = DialAttempt(slot, by: self, until: deadline) else {
      throw DialFailure(kind: .resourcesExhausted, detail: "libcurl gave no handle")
    }
    attempt.configure()
    attempt.waiter = point
    attempts[attempt.easy] = attempt
    curl_multi_add_handle(multi, attempt.easy)
    if deadline < overdue?.deadline ?? .distantFuture { overdue?.set(deadline) }
    // Now, so that the next dial to the name finds its look-up under way.
    act(CURL_SOCKET_TIMEOUT, 0)
    while attempt.outcome == nil, !point.isExpired, !isAbandoned() { await point.wait() }
    attempt.waiter = nil
    guard let outcome = attempt.outcome else {
      if isAbandoned() { return nil }
      throw Dialer.timedOut
    }
    return try outcome.get()
  }

  private static let timedOut = DialFailure(
    kind: .connectionTimeout, detail: "no connection in time")

  /// Waits until another dial has looked the name up; false when the caller left first.
  private func wait(
    for joiner: LookUps.Joiner, at point: WaitPoint, unless isAbandoned: () -> Bool
  ) async throws(DialFailure) -> Bool {
    point.expire(after: timeout)
    while joiner.outcome == nil {
      if isAbandoned() { return false }
      if point.isExpired { throw Dialer.timedOut }
      await point.wait()
    }
    if case .some(.some(let failure)) = joiner.outcome { throw failure }
    point.expire(after: timeout)
    return true
  }

  /// Gives up the dials whose time is over; one whose name is still being looked up stays with
  /// libcurl until that has ended.
  private func endOverdue() {
    let now = loop.now
    var next: Instant?
    for attempt in Array(attempts.values) where !attempt.isGivenUp {
      guard attempt.deadline <= now else {
        next = min(next ?? attempt.deadline, attempt.deadline)
        continue
      }
      attempt.isGivenUp = true
      if !attempt.isLookingUp {
        attempts[attempt.easy] = nil
        remove(attempt)
      }
      settle(attempt, .failure(Dialer.timedOut))
    }
    overdue?.set(next)
  }

  /// Lets go of a handle, and ends what is left of its connection.
  func remove(_ attempt: DialAttempt) {
    curl_multi_remove_handle(multi, attempt.easy)
    ErrorQueue.clear()
  }

  private func act(_ descriptor: Int32, _ readiness: Int32) {
    var running: Int32 = 0
    curl_multi_socket_action(multi, descriptor, readiness, &running)
    ErrorQueue.clear()
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let attempt = attempts.removeValue(forKey: easy)
      else { continue }
      finish(attempt, ccurl_message_result(message))
    }
  }

  private func finish(_ attempt: DialAttempt, _ code: CURLcode) {
    let outcome = outcome(of: attempt, code)
    if case .failure(let failure) = outcome { attempt.endLookUp(failure) }
    settle(attempt, outcome)
  }

  private func settle(
    _ attempt: DialAttempt, _ outcome: Result<UpstreamConnection, DialFailure>
  ) {
    if let waiter = attempt.waiter {
      attempt.outcome = outcome
      attempt.waiter = nil
      waiter.wake()
    } else if case .success(let connection) = outcome {
      adopt(connection)
    }
  }

  private func outcome(
    of attempt: DialAttempt, _ code: CURLcode
  ) -> Result<UpstreamConnection, DialFailure> {
    var descriptor: curl_socket_t = -1
    guard code == CURLE_OK,
      ccurl_easy_getinfo_socket(attempt.easy, CURLINFO_ACTIVESOCKET, &descriptor) == CURLE_OK,
      descriptor >= 0, attempt.allowsPeer(of: descriptor)
    else {
      remove(attempt)
      return .failure(failure(of: attempt, code))
    }
    guard let stream = stream(of: attempt, over: descriptor) else {
      return .failure(
        DialFailure(kind: .tlsProtocolError, detail: "libcurl gives no TLS connection"))
    }
    return .success(UpstreamConnection(stream, in: attempt.slot, at: loop.now))
  }

  /// Takes a connection that stands from libcurl; nil for TLS that it does not give.
  private func stream(of attempt: DialAttempt, over descriptor: Int32) -> (any ByteStream)? {
    guard attempt.target.isSecure else {
      attempt.kept = descriptor
      remove(attempt)
      return Socket(loop, descriptor: descriptor)
    }
    guard let session = attempt.session() else {
      remove(attempt)
      return nil
    }
    attempt.kept = descriptor
    watches.removeValue(forKey: descriptor)?.cancel()
    return TLSStream(
      session, of: DialLease(attempt, of: self), over: Socket(loop, descriptor: descriptor),
      on: loop)
  }

  private func failure(of attempt: DialAttempt, _ code: CURLcode) -> DialFailure {
    if attempt.sawProhibited, code == CURLE_COULDNT_CONNECT || code == CURLE_OK {
      return DialFailure(kind: .destinationProhibited, detail: "the address may not be dialled")
    }
    if attempt.wasTurnedAway {
      return DialFailure(
        kind: .lookUpsExhausted, detail: "too many names are being looked up")
    }
    return DialFailure(code, systemError: Int(attempt.socketError))
  }

  private func watch(_ descriptor: Int32, _ what: Int32) {
    watches.removeValue(forKey: descriptor)?.cancel()
    var interest: Watch.Interest = []
    if what & CURL_POLL_IN != 0 { interest.insert(.read) }
    if what & CURL_POLL_OUT != 0 { interest.insert(.write) }
    guard what != CURL_POLL_REMOVE, !interest.isEmpty else { return }
    watches[descriptor] = Watch(loop, descriptor, interest) { [unowned self] ready in
      let readiness =
        (ready.contains(.read) ? CURL_CSELECT_IN : 0)
        | (ready.contains(.write) ? CURL_CSELECT_OUT : 0)
      act(descriptor, readiness)
    }
  }

  private func setTimer(_ milliseconds: Int) {
    timer?.set(milliseconds < 0 ? nil : loop.now + .milliseconds(milliseconds))
  }
}
