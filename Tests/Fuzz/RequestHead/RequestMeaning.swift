import FuzzSupport
import HTTPWire

/// What a request's head means, whatever bytes say so.
struct RequestMeaning: Equatable {
  /// The target's parts as bytes.
  enum Target: Equatable {
    case origin([UInt8])
    case absolute(isSecure: Bool, host: [UInt8], port: UInt16?, path: [UInt8])
    case authority(host: [UInt8], port: UInt16)
    case asterisk
  }

  let method: [UInt8]
  let target: Target
  let version: HTTPVersion
  let framing: BodyFraming
  let keepAlive: Bool
  let expectsContinue: Bool
  let host: [UInt8]?
  let port: UInt16?
  let fields: HeadFields

  init(_ head: RequestHead) {
    let block = head.block
    method = Array(block.slice(head.methodRange))
    target =
      switch head.target {
      case .origin(let path): .origin(Array(block.slice(path)))
      case .absolute(let isSecure, let host, let port, let path):
        .absolute(
          isSecure: isSecure, host: Array(block.slice(host)), port: port,
          path: Array(block.slice(path)))
      case .authority(let host, let port): .authority(host: Array(block.slice(host)), port: port)
      case .asterisk: .asterisk
      }
    version = head.version
    framing = head.framing
    keepAlive = head.keepAlive
    expectsContinue = head.expectsContinue
    host = head.hostField.map { Array(block.slice($0.host)) }
    port = head.hostField?.port
    fields = HeadFields(block)
  }
}

/// What became of the bytes of a connection: the heads read one after the other, then the end.
struct RequestOutcome: Equatable {
  var heads: [RequestMeaning] = []
  var consumed: [Int] = []
  var refusal: WireError?

  /// Most heads that are read of one input.
  static let most = 8

  /// The outcome once `bytes` arrived in pieces that end at `cuts`.
  static func run(_ bytes: [UInt8], cuts: [Int], limits: HeadLimits) -> RequestOutcome {
    var outcome = RequestOutcome()
    var parser = RequestParser(limits: limits)
    var start = 0
    for end in cuts {
      while outcome.heads.count < most {
        do {
          guard let head = try parser.parse(bytes.span.extracting(start..<end)) else { break }
          require(parser.consumed > 0 && parser.consumed <= end - start, "consumed out of range")
          start += parser.consumed
          outcome.heads.append(RequestMeaning(head))
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
