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
  private var random: SplitMix64

  init(_ settings: EmulatorSettings, on loop: EventLoop) throws(IOFailure) {
    self.settings = settings
    self.loop = loop
    provider = EmulatedProvider(
      kind: settings.kind, allow: settings.allow, burst: settings.burst,
      rejectsCount: settings.rejectsCount, seed: settings.seed)
    // A sequence of its own: identifiers must not be drawn from the numbers the delays come from.
    random = SplitMix64(seed: ~settings.seed)
    if let path = settings.logPath { log = try ArrivalLog(path, on: loop) } else { log = nil }
    filler.append((0..<64 << 10).map { UInt8(truncatingIfNeeded: $0) })
  }

  /// When a request whose last byte came now counts.
  func arrival() -> Instant { loop.now + settings.uplink.delay(using: &random) }

  /// When the answer to a request that counted at `instant` is ready.
  func completion(of instant: Instant) -> Instant {
    instant + settings.handler.delay(using: &random)
  }

  /// Counts a request now, logs it and says how it is answered.
  func count(_ request: EmulatedRequest) -> (reply: EmulatorReply, at: Instant) {
    let now = loop.now
    let answer = provider.answer(to: request, at: now, wall: loop.wall)
    let reply = EmulatorReply(answer, to: request)
    log?.append(
      ArrivalRecord(
        at: now, key: answer.key, account: answer.account, method: request.method,
        path: request.path, status: reply.status))
    return (reply, now)
  }
}
