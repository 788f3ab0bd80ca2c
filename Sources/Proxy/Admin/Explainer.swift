import Events
import Logging
import Policy

/// Explains requests by a policy alone, as a proxy that has just started would.
public struct Explainer {
  private let context: ProxyContext

  /// An explainer that serves nothing and dials nobody.
  ///
  /// - Throws: `IOFailure` when libcurl cannot start.
  public init(_ rulebook: Rulebook, on loop: EventLoop) throws {
    let shared = try SharedContext(
      rulebook, workers: 1, logger: Logger(label: "penstock"), at: loop.now, wall: loop.wall)
    context = try ProxyContext(shared, on: loop)
  }

  /// The explanation of a request, given as its head is sent; `peer` is the caller's address.
  ///
  /// - Throws: `Problem` for what the proxy would refuse before it is counted.
  public func text(
    for request: [UInt8], from peer: String, as format: ExplainFormat
  ) throws(Problem) -> String {
    String(
      decoding: try ExplainDocument.text(for: request, from: peer, as: format, in: context),
      as: UTF8.self)
  }
}
