import Timekeeping

/// Whether a scope is blocked, by an answer that said "not now" or by the operator, and how it
/// opens again.
///
/// Held until an instant, then half open (one probe), then open when the probe's answer is good
/// (limits-science.md section 8). Shut, it stays so until it is opened by hand.
public struct Hold: Sendable {
  private enum Phase: Sendable {
    case open
    case held
    case halfOpen
  }

  /// Strikes are forgotten one by one: by good answers and by this much quiet time each.
  static let decay: Int64 = 30_000_000_000

  private var phase = Phase.open
  /// Why it is blocked, while it is.
  public private(set) var cause = HoldCause.limit
  /// Whether the operator shut it.
  public private(set) var isShut = false
  private var strikes: UInt16 = 0
  /// When the block ends.
  public private(set) var until = Instant(nanoseconds: .min)
  /// When the latest strike fell: answers to what was sent before say nothing new.
  private var struck = Instant(nanoseconds: .min)
  private var probe: UInt64 = 0

  /// A scope that is open.
  public init() {}

  /// A scope of which one request goes first, alone.
  public static let untried: Hold = {
    var hold = Hold()
    hold.phase = .halfOpen
    return hold
  }()

  /// Whether a request may go now; ends the block when its time is over.
  public mutating func availability(at now: Instant) -> Availability {
    if isShut { return .afterResponse }
    switch phase {
    case .open: return .now
    case .held:
      if now < until { return .at(until) }
      phase = .halfOpen
      probe = 0
      return .now
    case .halfOpen: return probe == 0 ? .now : .afterResponse
    }
  }

  /// Whether the block is on at `now`.
  public func isHeld(at now: Instant) -> Bool { isShut || (phase == .held && now < until) }

  /// Whether what it stands for is taken out until a probe of it succeeds.
  public var isOut: Bool { phase != .open && cause == .out }

  /// Whether it is out and not even a probe may go: its time is not over, or a probe is under way.
  public func isBarred(at now: Instant) -> Bool {
    isOut && (phase == .held ? now < until : probe != 0)
  }

  /// Whether nothing of a past block is left: its time is over and its strikes are forgotten.
  public func isForgotten(at now: Instant) -> Bool {
    !isShut && remembered(at: now) == 0 && (phase == .open || (probe == 0 && now > until))
  }

  /// Whether a failure of the provider says nothing of it: what was turned away, or overloaded.
  public var needsGoodAnswer: Bool { cause == .out || cause == .overload }

  /// Whether the request `token` is the probe it waits for.
  public func isProbe(_ token: UInt64) -> Bool { phase == .halfOpen && probe == token }

  /// Whether it is open without conditions.
  public var isOpen: Bool { phase == .open && !isShut }

  /// Whether it is open and has no strikes: answers change nothing.
  public var isClean: Bool { isOpen && strikes == 0 }

  /// Shuts it until `open`.
  public mutating func shut() { isShut = true }

  /// Opens what was shut, and ends any other block with it.
  public mutating func open() { self = Hold() }

  /// Ends the wait of what was taken out, and forgets its strikes: one request tries it again.
  public mutating func tryAgain() {
    guard isOut else { return }
    phase = .halfOpen
    probe = 0
    strikes = 0
  }

  /// A request goes; half open, it is the probe.
  ///
  /// - Parameter token: names the request, and is not 0.
  public mutating func take(token: UInt64) {
    if phase == .halfOpen && probe == 0 { probe = token }
  }

  /// A good answer to what was sent at `sent`.
  ///
  /// - Returns: Whether this opened the scope.
  public mutating func succeeded(token: UInt64, sent: Instant, at now: Instant) -> Bool {
    if sent > struck && strikes > 0 { strikes = max(1, remembered(at: now)) - 1 }
    return release(token: token)
  }

  /// The probe will have no answer that says anything; the scope opens rather than wedge.
  public mutating func release(token: UInt64) -> Bool {
    guard phase == .halfOpen, probe == token else { return false }
    phase = .open
    probe = 0
    return true
  }

  /// The probe was never sent: another may go.
  public mutating func abandon(token: UInt64) -> Bool {
    guard phase == .halfOpen, probe == token else { return false }
    probe = 0
    return true
  }

  /// Blocks the scope after an answer, read at `now`, to what was sent at `sent`.
  ///
  /// - Parameters:
  ///   - cause: how long the first block is and how far it grows.
  ///   - stated: the delay the answer states, a floor.
  ///   - spread: a random number, from which upward jitter of up to a fifth of the backoff is
  ///     made; a stated delay alone is not jittered.
  public mutating func block(
    _ cause: HoldCause = .limit, stated: Duration?, sent: Instant, spread: UInt64, at now: Instant
  ) {
    // Answers to one burst are one strike: only what was sent since tells anything new.
    if sent > struck || strikes == 0 {
      strikes = min(remembered(at: now), 30) + 1
      struck = now
    }
    let backoff = min(cause.longest, cause.first << Int64(min(strikes - 1, 20)))
    let floor = max(0, stated?.wholeNanoseconds ?? 0)
    let jitter = floor >= backoff ? 0 : Int64(spread % UInt64(backoff / 5))
    let end = now.advanced(byNanoseconds: max(floor, backoff)).advanced(byNanoseconds: jitter)
    if phase == .open || end > until {
      until = end
      self.cause = cause
    }
    phase = .held
    probe = 0
  }

  private func remembered(at now: Instant) -> UInt16 {
    guard strikes > 0, now > until else { return strikes }
    let quiet = UInt16(min(1000, now.nanoseconds(since: until) / Hold.decay))
    return strikes - min(strikes, quiet)
  }
}
