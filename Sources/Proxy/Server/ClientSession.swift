import Events
import HTTPWire
import Serving

/// One client connection: its exchanges, one after the other, in order.
final class ClientSession {
  /// Requests of a client that need not wait for it before others have their turn.
  private static let turn = 16

  var client: ServerConnection
  var entrance = Entrance.proxy
  let context: ProxyContext
  private var isIdle = true

  init(_ client: ServerConnection, in context: ProxyContext) {
    self.client = client
    self.context = context
  }

  /// Serves until the client leaves or the connection cannot go on.
  func run() async {
    do {
      while !context.isDraining, let head = try await client.readHead() {
        isIdle = false
        let exchange = Exchange(head, from: client, through: entrance, in: context)
        context.openExchanges += 1
        context.totalExchanges += 1
        await exchange.run()
        context.openExchanges -= 1
        if let host = exchange.intercepted {
          // Only the requests inside are counted.
          context.totalExchanges -= 1
          guard await intercept(host) else { return }
          isIdle = true
          continue
        }
        if exchange.clientHasLeft { return client.close() }
        guard exchange.keepsClient else { return await client.finish() }
        isIdle = true
        // Answers of our own to requests that are all there already would never let the loop go.
        if client.hasInput, client.served % ClientSession.turn == 0 {
          await context.loop.stepAside()
        }
      }
      // Draining may have begun while an answer was on its way, over what the client sent since.
      isIdle = false
      await client.finish()
    } catch {
      await refuse(error)
    }
  }

  /// Ends the connection if it is between two requests, or inside a head that is not whole; a
  /// tunnel is told that its end is near.
  func endIfIdle() {
    guard isIdle else { return client.point.wake() }
    client.endReading()
  }

  /// Ends the connection if nothing of another request has come.
  func endIfSilent() {
    if isIdle, !client.hasInput, !client.stream.canReceive { client.endReading() }
  }

  private func refuse(_ failure: ServingFailure) async {
    isIdle = false
    guard case .malformed(let error) = failure else { return client.close() }
    context.log.malformed(error)
    let answer = Problem(error).answer(closing: true, date: context.dateField(), via: context.via)
    try? await client.write(answer)
    await client.finish()
  }
}
