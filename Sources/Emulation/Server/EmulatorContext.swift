import Events
import Seeding
import Timekeeping

/// What the sessions of one emulated provider share.
final class EmulatorContext {
  let loop: EventLoop
  let log: ArrivalLog?
  /// 64 KiB of the bytes that downloads consist of; the byte at offset i is i mod 256.
  let filler = ByteBuffer()
  private let settings: EmulatorSettings
  private var provider: EmulatedProvider
  private var tally = ArrivalTally()
  private var random: SplitMix64

  init(_ settings: EmulatorSettings, on loop: EventLoop) throws(IOFailure) {
    self.settings = settings
    self.loop = loop
    provider = EmulatedProvider(kind: settings.kind, settings.provider)
    // A sequence of its own: identifiers must not be drawn from the numbers the delays come from.
    random = SplitMix64(seed: ~settings.provider.seed)
    if let path = settings.logPath { log = try ArrivalLog(path, on: loop) } else { log = nil }
    filler.append((0..<64 << 10).map { UInt8(truncatingIfNeeded: $0) })
  }

  /// When a request whose last byte came now counts.
  func arrival() -> Instant { loop.now + settings.uplink.delay(using: &random) }

  /// Counts a request now and logs it; how it is answered, and when.
  func count(_ request: EmulatedRequest) -> (reply: EmulatorReply, ready: Instant) {
    let moment = ArrivalMoment(
      now: loop.now, wall: loop.wall + settings.clockAhead,
      work: settings.handler.delay(using: &random))
    let answer = provider.answer(to: request, at: moment)
    let reply = EmulatorReply(answer, to: request)
    let record = ArrivalRecord(
      of: request, answer: answer, status: reply.status, at: moment.now)
    tally.count(record)
    log?.append(record)
    return (reply, moment.ready)
  }

  /// Carries out what the emulator itself is asked for.
  func obey(_ order: EmulatorOrder) -> EmulatorReply {
    switch order {
    case .stats: return EmulatorReply(json: tally.json)
    case .tier(let tier, let key):
      guard provider.setTier(tier, ofKey: key) else {
        let reason = "only soku has tiers, and only keys it has seen: key-1, key-2, ..."
        return EmulatorReply(status: 404, code: "no_such_tier", reason: reason)
      }
      return EmulatorReply(json: Array(#"{"ok":true}"#.utf8))
    case .misread(let status, let reason):
      return EmulatorReply(status: status, code: "bad_order", reason: reason)
    }
  }
}
