import FuzzSupport
import HTTPWire

/// What a response's head means, whatever ranges it was read from.
struct ResponseMeaning: Equatable {
  let status: Int
  let reason: [UInt8]
  let version: HTTPVersion
  let framing: BodyFraming
  let keepAlive: Bool
  let fields: HeadFields
  let block: FieldBlock

  init(_ head: ResponseHead) {
    status = head.status
    reason = Array(head.block.slice(head.reason))
    version = head.version
    framing = head.framing
    keepAlive = head.keepAlive
    fields = HeadFields(head.block)
    block = head.block
  }

  static func == (lhs: ResponseMeaning, rhs: ResponseMeaning) -> Bool {
    lhs.status == rhs.status && lhs.reason == rhs.reason && lhs.version == rhs.version
      && lhs.framing == rhs.framing && lhs.keepAlive == rhs.keepAlive && lhs.fields == rhs.fields
      && lhs.block.bytes == rhs.block.bytes
  }
}

/// What became of an origin's bytes: the heads read one after the other, then the end.
struct ResponseOutcome: Equatable {
  var heads: [ResponseMeaning] = []
  var consumed: [Int] = []
  var refusal: WireError?

  /// Most heads that are read of one input.
  static let most = 8

  /// The outcome once `bytes` arrived in pieces that end at `cuts`.
  static func run(
    _ bytes: [UInt8], cuts: [Int], to method: HTTPWire.Method, limits: HeadLimits
  ) -> ResponseOutcome {
    var outcome = ResponseOutcome()
    var parser = ResponseParser(limits: limits)
    var start = 0
    for end in cuts {
      while outcome.heads.count < most {
        do {
          let input = bytes.span.extracting(start..<end)
          guard let head = try parser.parse(input, to: method) else { break }
          require(parser.consumed > 0 && parser.consumed <= end - start, "consumed out of range")
          require(head.block.bytes.count <= limits.block, "too large")
          require(head.block.fields.count <= limits.fields, "too many fields")
          start += parser.consumed
          outcome.heads.append(ResponseMeaning(head))
          outcome.consumed.append(parser.consumed)
        } catch {
          outcome.refusal = error
          return outcome
        }
      }
    }
    return outcome
  }
}
