import FuzzSupport
import HTTPWire

/// A steering byte (bits 0 and 1: the framing, 2: small limits, 3: an origin's), pieces, then a body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let steering = input.byte()
  let limits =
    steering & 4 == 0
    ? BodyLimits.usual
    : BodyLimits(extensionLine: 12, extensionLead: 30, trailer: 40, trailerFields: 3)
  let framing: BodyFraming =
    switch steering & 3 {
    case 0, 1: .chunked
    case 2: .length(Int64(input.number()))
    default: .untilClose
    }
  let source: BodyDecoder.Source = steering & 8 == 0 ? .request : .response
  let pieces = input.pieces()
  let bytes = input.rest()
  let decoder = BodyDecoder(framing, from: source, limits: limits)
  let outcomes = cuts(of: bytes.count, pieces: pieces).map {
    BodyOutcome.run(bytes, cuts: $0, decoder)
  }
  for outcome in outcomes {
    require(outcome == outcomes[0], "cuts change the outcome:\n\(outcomes[0])\n\(outcome)")
  }
  check(outcomes[0], bytes, framing, source, limits)
  return 0
}

private func check(
  _ outcome: BodyOutcome, _ bytes: [UInt8], _ framing: BodyFraming, _ source: BodyDecoder.Source,
  _ limits: BodyLimits
) {
  if let refusal = outcome.refusal {
    let allowed = source == .response ? [502] : [400, 431]
    require(allowed.contains(refusal.status), "refused with \(refusal.status)")
  }
  switch framing {
  case .length(let length):
    let expected = Array(bytes.prefix(Int(length)))
    require(outcome.body == expected, "not the counted bytes")
    require(outcome.isComplete == (expected.count == Int(length)), "not the counted end")
  case .untilClose: require(outcome.body == bytes && outcome.isComplete, "not all bytes")
  case .chunked, .none: checkChunks(outcome, bytes, limits)
  }
}

/// Holds the decoder against one that has all bytes before it, and against what is written of it.
private func checkChunks(_ outcome: BodyOutcome, _ bytes: [UInt8], _ limits: BodyLimits) {
  var plain = PlainChunks(bytes, limits)
  let expected = plain.run()
  require(
    (outcome.refusal != nil) == (expected == .refused),
    "\(outcome) where a plain reading gives \(expected)")
  require(outcome.isComplete == (expected == .complete), "\(outcome), plainly \(expected)")
  require(outcome.body == plain.body, "other data than a plain reading's")
  guard outcome.isComplete else { return }
  require(outcome.consumed == plain.at, "another end than a plain reading's")
  var written: [UInt8] = []
  HeadWriter.chunkSize(outcome.body.count, to: &written)
  if !outcome.body.isEmpty {
    written += outcome.body
    HeadWriter.lineEnd(to: &written)
  }
  HeadWriter.lastChunk(to: &written)
  let again = BodyOutcome.run(written, cuts: [written.count], BodyDecoder(.chunked, limits: .usual))
  require(
    again.isComplete && again.body == outcome.body && again.consumed == written.count,
    "what was written is another body")
}
