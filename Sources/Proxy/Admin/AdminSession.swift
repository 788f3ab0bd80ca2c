import HTTPWire
import Serving

/// One connection of an operator: `/stats` and `/health`, nothing else.
final class AdminSession {
  private let client: ServerConnection
  private let context: ProxyContext

  init(_ client: ServerConnection, in context: ProxyContext) {
    self.client = client
    self.context = context
  }

  /// Serves until the operator leaves.
  func run() async {
    do {
      while let head = try await client.readHead() {
        let keeps = head.keepAlive && head.framing == .none && !context.isDraining
        try await client.write(answer(to: head, closing: !keeps))
        guard keeps else { return await client.finish() }
      }
      client.close()
    } catch {
      guard case .malformed(let fault) = error else { return client.close() }
      let answer = Problem(fault).answer(closing: true, date: context.dateField())
      try? await client.write(answer)
      await client.finish()
    }
  }

  private func answer(to head: RequestHead, closing: Bool) -> [UInt8] {
    do {
      return try page(for: head, closing: closing)
    } catch {
      return error.answer(
        closing: closing, date: context.dateField(), withBody: head.method != .head)
    }
  }

  private func page(for head: RequestHead, closing: Bool) throws(Problem) -> [UInt8] {
    guard case .origin(let target) = head.target else {
      throw Problem(404, "not-found", "the admin address serves no proxy requests")
    }
    // A page in a browser must not read the stats through a name that resolves to us.
    guard let host = head.hostField, LocalName.isLocal(head.block, host.host) else {
      throw Problem(403, "foreign-host", "the admin pages are served under localhost names only")
    }
    let path = String(
      decoding: head.block.slice(target).prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    guard path == "/stats" || path == "/health" else {
      throw Problem(404, "not-found", "there are /stats and /health")
    }
    guard head.method == .get || head.method == .head else {
      var problem = Problem(405, "method-not-allowed", "admin pages are read with GET")
      problem.allow = "GET, HEAD"
      throw problem
    }
    let (status, body) =
      path == "/stats" ? (200, StatsDocument.text(context)) : HealthDocument.text(context)
    var bytes: [UInt8] = []
    HeadWriter.statusLine(status, to: &bytes)
    bytes.append(contentsOf: context.dateField())
    HeadWriter.field("Content-Type", "application/json", to: &bytes)
    HeadWriter.field("Content-Length", Int64(body.count), to: &bytes)
    HeadWriter.field("Cache-Control", "no-store", to: &bytes)
    if closing { HeadWriter.field("Connection", "close", to: &bytes) }
    HeadWriter.lineEnd(to: &bytes)
    return head.method == .head ? bytes : bytes + body
  }
}
