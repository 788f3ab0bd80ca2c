import HTTPWire
import Interception
import Logging

/// One line for each exchange that was refused or failed.
///
/// A line names the method, the API, the status and the reason, never the path, a field or a body:
/// any of those may hold a secret.
final class ExchangeLog {
  private let logger: Logger

  init(_ logger: Logger) { self.logger = logger }

  func refused(_ problem: Problem, _ exchange: Exchange) {
    var line = "\(label(exchange)) \(problem.status) \(problem.kind)"
    if let limit = problem.limit { line += " limit=\(limit)" }
    if let retryAfter = problem.retryAfter { line += " retry-after=\(retryAfter.inSeconds)s" }
    logger.notice("\(line): \(problem.detail)")
  }

  func ended(_ end: ExchangeEnd, _ exchange: Exchange) {
    switch end {
    case .answeredHere: break
    case .clientLeft: logger.info("\(label(exchange)) the client left")
    case .cutOff: logger.notice("\(label(exchange)) the origin's answer broke off")
    case .refused(let problem):
      logger.notice("\(label(exchange)) cut off after the answer began: \(problem.detail)")
    }
  }

  /// A request that could not even be read.
  func malformed(_ error: WireError) {
    logger.notice("- - \(error.status) malformed-request: \(error.reason)")
  }

  /// The keys were read again.
  func reloaded(_ reload: KeysReload) {
    let unchanged = reload.keys.count - reload.changed - reload.failed
    logger.notice(
      "keys: \(reload.changed) changed, \(unchanged) unchanged, \(reload.failed) failed")
    for failure in reload.failures.prefix(10) {
      logger.warning("\(failure.name) is kept as it was: \(failure.reason)")
    }
  }

  /// A client's TLS that was to end here and did not come about.
  func noHandshake(_ failure: TLSFailure, api: String) {
    // The name that a client asks for is its own affair.
    let reason = failure.kind == .wrongName ? "the client asks for another host" : failure.detail
    logger.notice("CONNECT \(api) intercepting failed: \(reason)")
  }

  private func label(_ exchange: Exchange) -> String {
    let method = exchange.head.method == .other ? "OTHER" : "\(exchange.head.method)".uppercased()
    return "\(method) \(exchange.apiName ?? "-")"
  }
}
