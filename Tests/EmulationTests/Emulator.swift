import Emulation
import Feedback
import Limits
import Timekeeping

/// A provider on virtual time that begins on Sat, 28 Feb 2026 12:00:00 GMT.
struct Emulator {
  static let epoch = WallTime(secondsSinceEpoch: 1_772_280_000)
  var provider: EmulatedProvider
  var elapsed: Duration = .zero

  init(
    _ kind: ProviderKind, allow: Rate? = nil, burst: Int? = nil, rejectsCount: Bool = false,
    seed: UInt64 = 1
  ) {
    provider = EmulatedProvider(
      kind: kind, allow: allow, burst: burst, rejectsCount: rejectsCount, seed: seed)
  }

  mutating func send(
    _ method: String = "GET", _ target: String = "/", _ fields: [String: String] = [:]
  ) -> EmulatedAnswer {
    let request = EmulatedRequest(method: method, target: target, field: { fields[$0] })
    return provider.answer(
      to: request, at: Instant(nanoseconds: 7) + elapsed, wall: Self.epoch + elapsed)
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

  func read(_ dialect: Dialect) -> Signal? {
    dialect.read(
      status: status,
      field: { name in
        let values = fields.filter { $0.name.lowercased() == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
      }, body: body)
  }
}
