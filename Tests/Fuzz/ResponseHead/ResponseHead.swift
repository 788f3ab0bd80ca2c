import FuzzSupport
import HTTPWire

/// A steering byte (the lowest bit: small limits), the request's method, pieces, then what an origin
/// sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let limits =
    input.byte() & 1 == 0
    ? HeadLimits.response : HeadLimits(startLine: 24, line: 48, block: 160, fields: 6)
  let methods = HTTPWire.Method.allCases
  let method = methods[Int(input.byte()) % methods.count]
  let pieces = input.pieces()
  let bytes = input.rest()
  let outcomes = cuts(of: bytes.count, pieces: pieces).map {
    ResponseOutcome.run(bytes, cuts: $0, to: method, limits: limits)
  }
  for outcome in outcomes {
    require(outcome == outcomes[0], "cuts change the outcome:\n\(outcomes[0])\n\(outcome)")
  }
  if let refusal = outcomes[0].refusal {
    require(refusal.status == 502, "refused with \(refusal.status)")
  }
  for meaning in outcomes[0].heads { check(meaning, to: method) }
  return 0
}

private func check(_ meaning: ResponseMeaning, to method: HTTPWire.Method) {
  meaning.fields.check(meaning.block)
  require(100...999 ~= meaning.status, "status \(meaning.status)")
  require(meaning.reason.isFieldText, "the reason phrase")
  checkFraming(meaning, to: method)
  checkRewritten(meaning, to: method)
}

/// RFC 9112 sections 6.3 and 9.3, read off the fields once more.
private func checkFraming(_ meaning: ResponseMeaning, to method: HTTPWire.Method) {
  let fields = meaning.fields
  let isBare = meaning.status < 200 || meaning.status == 204 || meaning.status == 304
  let opensTunnel = method == .connect && meaning.status < 300
  if isBare || opensTunnel || method == .head {
    require(meaning.framing == .none, "a body where none can be")
    let stated = fields.values("content-length").count + fields.values("transfer-encoding").count
    require(stated <= 1, "two framings")
    return
  }
  require(meaning.framing != .none, "no body where one must be")
  fields.check(meaning.framing)
  if meaning.framing == .untilClose {
    require(!meaning.keepAlive, "a connection that must end is kept")
    require(
      fields.values("content-length").isEmpty && fields.values("transfer-encoding").isEmpty,
      "a stated framing is not used")
  }
}

/// Writes a head as a proxy does and reads it again: it must mean the same.
private func checkRewritten(_ meaning: ResponseMeaning, to method: HTTPWire.Method) {
  var bytes: [UInt8] = []
  HeadWriter.statusLine(meaning.status, reason: meaning.reason[...], to: &bytes)
  for field in meaning.block.fields { HeadWriter.field(field, of: meaning.block, to: &bytes) }
  HeadWriter.lineEnd(to: &bytes)
  let limits = HeadLimits(startLine: 16 << 10, line: 128 << 10, block: 128 << 10, fields: 256)
  let outcome = ResponseOutcome.run(bytes, cuts: [bytes.count], to: method, limits: limits)
  guard outcome.heads.count == 1, outcome.consumed == [bytes.count] else {
    fatalError("finding: what was written is refused: \(bytes.shown)")
  }
  let again = outcome.heads[0]
  require(
    again.status == meaning.status && again.reason == meaning.reason
      && again.framing == meaning.framing && again.fields == meaning.fields, "another answer")
  require(
    meaning.version == .http10 || again.keepAlive == meaning.keepAlive, "another connection")
}
