import Feedback
import FuzzSupport
import Timekeeping

/// Statuses that mean something to a dialect; the steering byte's high half chooses.
private let statuses = [
  200, 429, 503, 403, 400, 401, 402, 409, 529, 500, 201, 404, 206, 502, 420, 304,
]

/// A byte for the provider, one for the status, then field lines, an empty line and a body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let dialect = Providers.dialects[Int(input.byte()) % Providers.dialects.count]
  let status = statuses[Int(input.byte()) % statuses.count]
  let answer = RawAnswer(status: status, input.rest())
  let reading = dialect.read(answer, answer.body)
  require(dialect.read(answer, answer.body) == reading, "the same answer says another thing")
  if !dialect.wantsBody(status: status) {
    let bare = dialect.read(answer, []).signal
    require(
      bare?.kind == reading.signal?.kind && bare?.isUnprocessed == reading.signal?.isUnprocessed,
      "a body not wanted counts")
  }
  require(reading.status == status, "another status")
  check(reading)
  checkPlainDelay(answer, dialect)
  return 0
}

extension Dialect {
  fileprivate func read(_ answer: RawAnswer, _ body: [UInt8]) -> Reading {
    read(status: answer.status, field: { answer.fields[$0] }, body: body)
  }
}

/// What every reading keeps to, whatever was read.
private func check(_ reading: Reading) {
  if let tier = reading.tier {
    require((1...64).contains(tier.utf8.count) && tier.isVisible, "the tier \(tier)")
  }
  require(reading.estimates.count <= 32, "\(reading.estimates.count) estimates")
  for estimate in reading.estimates { check(estimate) }
  guard let signal = reading.signal else { return }
  if let delay = signal.delay {
    let most = signal.kind == .quota ? RetryAfter.farthest : RetryAfter.longest
    require(delay >= .zero && delay <= most, "a delay of \(delay) for \(signal.kind)")
  }
  if let bucket = signal.bucket {
    require((1...64).contains(bucket.utf8.count) && bucket.isPrintable, "the bucket \(bucket)")
  }
  if let reason = signal.reason {
    require((1...64).contains(reason.utf8.count) && reason.isVisible, "the reason \(reason)")
  }
}

private func check(_ estimate: Estimate) {
  let most = 1_000_000_000_000_000
  require((0...most).contains(estimate.remaining ?? 0), "\(estimate)")
  require((0...most).contains(estimate.limit ?? 0), "\(estimate)")
  require(estimate.limit != nil || estimate.remaining != nil, "\(estimate)")
  let window = estimate.window ?? .seconds(1)
  require(window > .zero && window <= .seconds(366 * 86_400), "\(estimate)")
  let reset = estimate.reset ?? .zero
  require(reset >= .zero && reset <= RetryAfter.farthest, "\(estimate)")
  if let name = estimate.name {
    require((1...64).contains(name.utf8.count) && name.isPrintable, "\(estimate)")
  }
}

/// A `Retry-After` of plain seconds, with nothing else stated, is waited out to the second.
private func checkPlainDelay(_ answer: RawAnswer, _ dialect: Dialect) {
  guard let text = answer.fields["retry-after"], (1...5).contains(text.utf8.count),
    text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let seconds = Int(text), seconds <= 86_400
  else { return }
  let reading = dialect.read(
    status: 429, field: { $0 == "retry-after" ? text : nil }, body: [])
  guard let signal = reading.signal, signal.kind != .permanent else { return }
  require(
    signal.delay.map { $0 >= .seconds(seconds) } ?? false, "\(text) s is waited \(reading)")
}

extension String {
  fileprivate var isVisible: Bool { utf8.allSatisfy { 0x21...0x7E ~= $0 } }

  /// A structured field's text may hold spaces (RFC 9651 section 3.3.3).
  fileprivate var isPrintable: Bool { utf8.allSatisfy { 0x20...0x7E ~= $0 } }
}
