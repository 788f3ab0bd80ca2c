import HTTPWire
import Serving

/// Reading a request's body before it is known whom the request acts for.
extension Exchange {
  /// Longest body that is searched for the account's name.
  private static let longestSearched = 64 << 10

  /// The whole body, if it is short enough to be searched; what was read is sent first.
  func readAhead() async throws(ExchangeEnd) -> [UInt8]? {
    switch head.framing {
    case .none: return nil
    case .length(let count) where count > Exchange.longestSearched: return nil
    default: break
    }
    let client = client
    while replay.bytes.count <= Exchange.longestSearched {
      switch try step() {
      case .data(let range):
        let isHeld = replay.hold(range.count, in: &context.replayRoom) {
          client.input.append(range, to: &$0)
        }
        client.input.consume(range.upperBound)
        guard isHeld else { throw .refused(noRoom) }
      case .end(let consumed):
        client.input.consume(consumed)
        return replay.bytes
      case .needsMore(let consumed):
        client.input.consume(consumed)
        _ = try await receiveMore()
      }
    }
    return nil
  }

  private var noRoom: Problem {
    var problem = Problem(
      503, "queue-full", "the bodies of other requests leave no room for this one's", closes: true)
    problem.retryAfter = .seconds(1)
    return problem
  }
}
