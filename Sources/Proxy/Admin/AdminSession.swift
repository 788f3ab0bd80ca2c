import HTTPWire
import Serving

/// One connection of an operator: `/stats`, `/health`, `/explain`, reading keys again, and closing
/// and opening accounts.
final class AdminSession {
  private let client: ServerConnection
  private let gate: AdminGate
  private let context: ProxyContext

  init(_ client: ServerConnection, behind gate: AdminGate, in context: ProxyContext) {
    self.client = client
    self.gate = gate
    self.context = context
  }

  /// Serves until the operator leaves.
  func run() async {
    do {
      while let head = try await client.readHead() {
        let body = try await ExplainBody.read(head, from: client, largest: context.bounds.head)
        let keeps = head.keepAlive && client.bodyIsComplete && !context.isDraining
        try await client.write(await answer(to: head, body, closing: !keeps))
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

  private func answer(to head: RequestHead, _ body: [UInt8]?, closing: Bool) async -> [UInt8] {
    do {
      return try await page(for: head, body, closing: closing)
    } catch {
      return error.answer(
        closing: closing, date: context.dateField(), withBody: head.method != .head)
    }
  }

  private func page(
    for head: RequestHead, _ body: [UInt8]?, closing: Bool
  ) async throws(Problem) -> [UInt8] {
    guard case .origin(let target) = head.target else {
      throw Problem(404, "not-found", "the admin address serves no proxy requests")
    }
    try gate.check(head)
    let path = String(
      decoding: head.block.slice(target).prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    switch path {
    case "/stats":
      try Self.require([.get, .head], head, "GET, HEAD")
      let text = StatsDocument.text(context, await context.shared.counts())
      return page(200, "application/json", text, to: head, closing)
    case "/health":
      try Self.require([.get, .head], head, "GET, HEAD")
      let (status, text) = HealthDocument.text(context)
      return page(status, "application/json", text, to: head, closing)
    case "/explain":
      try Self.require([.post], head, "POST")
      let format = ExplainFormat(accepting: head.block.value(named: "accept"))
      let text = try ExplainDocument.text(
        for: ExplainBody.check(body, of: head, largest: context.bounds.head), from: client.peer,
        as: format, in: context)
      return page(200, format.mediaType, text, to: head, closing)
    case "/keys/reload":
      try Self.require([.post], head, "POST")
      // Browsers send it with every POST; tools do not.
      guard !head.block.contains(.origin) else {
        throw Problem(403, "foreign-origin", "pages of a browser may not reload keys")
      }
      let text = KeysReload.run(in: context).document
      return page(200, "application/json", text, to: head, closing)
    default:
      guard let order = try AccountOrder(head, path: path, in: context) else {
        throw Problem(
          404, "not-found",
          "there are /stats, /health, /explain, /keys/reload and /accounts/API/ACCOUNT/close and "
            + "/open")
      }
      try order.carryOut(in: context)
      return done(closing)
    }
  }

  private static func require(
    _ methods: [Method], _ head: RequestHead, _ allow: String
  ) throws(Problem) {
    guard !methods.contains(head.method) else { return }
    var problem = Problem(405, "method-not-allowed", "this page takes \(allow) only")
    problem.allow = allow
    throw problem
  }

  /// An answer without a body.
  private func done(_ closing: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    HeadWriter.statusLine(204, to: &bytes)
    bytes.append(contentsOf: context.dateField())
    HeadWriter.field("Cache-Control", "no-store", to: &bytes)
    if closing { HeadWriter.field("Connection", "close", to: &bytes) }
    HeadWriter.lineEnd(to: &bytes)
    return bytes
  }

  private func page(
    _ status: Int, _ type: String, _ body: [UInt8], to head: RequestHead, _ closing: Bool
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    HeadWriter.statusLine(status, to: &bytes)
    bytes.append(contentsOf: context.dateField())
    HeadWriter.field("Content-Type", type, to: &bytes)
    HeadWriter.field("Content-Length", Int64(body.count), to: &bytes)
    HeadWriter.field("Cache-Control", "no-store", to: &bytes)
    if closing { HeadWriter.field("Connection", "close", to: &bytes) }
    HeadWriter.lineEnd(to: &bytes)
    return head.method == .head ? bytes : bytes + body
  }
}
