import Events
import HTTPWire
import Serving

/// One client connection: its exchanges, one after the other, in order.
///
/// While there is nothing to do but to wait, for the client's next request, for leave to send or for
/// the answer, the session rests: it has no task then, and its point awakens it. The usual exchange
/// needs none at all.
final class ClientSession {
  /// What became of a run.
  enum End {
    /// It rests and will be awakened.
    case rest
    /// The connection is closed.
    case over
  }

  /// Requests of a client that need not wait for it before others have their turn.
  private static let turn = 16

  var client: ServerConnection
  var entrance = Entrance.proxy
  /// Where the client came in.
  let door: Door
  let context: ProxyContext
  /// The exchange under way, or waiting for leave to send.
  private var exchange: Exchange?
  private var isIdle = true

  init(_ client: ServerConnection, through door: Door, in context: ProxyContext) {
    self.client = client
    self.door = door
    self.context = context
  }

  /// Serves until the client leaves or the connection cannot go on, or until the session rests.
  func run() async -> End {
    do {
      loop: while !context.isDraining || exchange != nil {
        if exchange == nil {
          switch try await client.readRequest() {
          case .head(let head): exchange = begin(head)
          case .silence: return rest()
          case .end: break loop
          }
        }
        guard let exchange else { break }
        guard await exchange.run() else { return rest() }
        self.exchange = nil
        context.openExchanges -= 1
        guard await goesOn(after: exchange) else { return .over }
      }
      // Draining may have begun while an answer was on its way, over what the client sent since.
      isIdle = false
      await client.finish()
    } catch {
      await refuse(error)
    }
    return .over
  }

  /// Lets go of the task.
  private func rest() -> End {
    client.point.rest(self)
    return .rest
  }

  private func begin(_ head: RequestHead) -> Exchange {
    isIdle = false
    context.openExchanges += 1
    context.totalExchanges += 1
    return Exchange(head, from: client, through: entrance, in: context)
  }

  /// Whether another request may come; ends the connection otherwise.
  private func goesOn(after exchange: Exchange) async -> Bool {
    if let host = exchange.intercepted {
      // Only the requests inside are counted.
      context.totalExchanges -= 1
      guard await intercept(host) else { return false }
    } else if exchange.clientHasLeft {
      client.close()
      return false
    } else if !exchange.keepsClient {
      await client.finish()
      return false
    } else if client.hasInput, client.served % ClientSession.turn == 0 {
      // Answers of our own to requests that are all there already would never let the loop go.
      await context.loop.stepAside()
    }
    isIdle = true
    return true
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

extension ClientSession: Sleeper {
  /// Goes on; with a task only where something has to be waited for half-way.
  func awaken() {
    if !advance() { context.awaken(self) }
  }

  /// Does the usual at once; false when it takes a task.
  private func advance() -> Bool {
    if exchange == nil {
      guard !context.isDraining, let head = client.readAtOnce() else { return false }
      exchange = begin(head)
    }
    guard let exchange else { return false }
    switch exchange.advance() {
    case .needsTask: return false
    case .waits: break
    case .over:
      guard exchange.keepsClient, !client.hasInput, !client.stream.canReceive else { return false }
      self.exchange = nil
      context.openExchanges -= 1
      isIdle = true
      client.fallSilent()
    }
    client.point.rest(self)
    return true
  }
}
