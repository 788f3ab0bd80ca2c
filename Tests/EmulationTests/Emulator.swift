import Emulation
import Limits
import Timekeeping

/// A provider on virtual time that begins on Sat, 28 Feb 2026 12:00:00 GMT.
struct Emulator {
  static let epoch = WallTime(secondsSinceEpoch: 1_772_280_000)
  var provider: EmulatedProvider
  var elapsed: Duration = .zero

  init(_ kind: ProviderKind, _ change: (inout ProviderOptions) -> Void) {
    var options = ProviderOptions()
    change(&options)
    provider = EmulatedProvider(kind: kind, options)
  }

  init(
    _ kind: ProviderKind, allow: Rate? = nil, burst: Int? = nil, rejectsCount: Bool = false,
    seed: UInt64 = 1
  ) {
    self.init(kind) {
      $0.allow = allow
      $0.burst = burst
      $0.rejectsCount = rejectsCount
      $0.seed = seed
    }
  }

  mutating func send(
    _ method: String = "GET", _ target: String = "/", _ fields: [String: String] = [:],
    body: String = "", work: Duration = .zero
  ) -> EmulatedAnswer {
    let request = EmulatedRequest(
      method: method, target: target, field: { fields[$0] }, body: RequestBody(body))
    let moment = ArrivalMoment(
      now: Instant(nanoseconds: 7) + elapsed, wall: Self.epoch + elapsed, work: work)
    return provider.answer(to: request, at: moment)
  }

  /// How long an answer given now asks to wait: what `Retry-After` says, else until Reset.
  func wait(of answer: EmulatedAnswer) -> Duration? {
    if let seconds = answer.value(of: "Retry-After").flatMap({ Int($0) }) {
      return .seconds(seconds)
    }
    let reset = answer.value(of: "X-RateLimit-Reset").flatMap { Int64($0) }
    return reset.map { WallTime(secondsSinceEpoch: $0) - (Self.epoch + elapsed) }
  }

  /// The last of `count` equal requests.
  mutating func send(
    times count: Int, _ method: String, _ target: String, _ fields: [String: String]
  ) -> EmulatedAnswer {
    for _ in 1..<count { _ = send(method, target, fields) }
    return send(method, target, fields)
  }
}

extension EmulatedAnswer {
  var lines: [String] { fields.map { "\($0.name): \($0.value)" } }
  var text: String { String(decoding: body, as: UTF8.self) }

  /// The value of the first field of that name.
  func value(of name: String) -> String? { fields.first { $0.name == name }?.value }
}
