import Dialing
import HTTPWire
import Policy
import Serving

/// The policy's bounds in the words of those who keep them.
extension Bounds {
  /// The largest head of a request.
  public var requestHead: HeadLimits {
    HeadLimits(startLine: requestLine, line: fieldLine, block: head, fields: fields)
  }

  /// The largest head of an answer; its status line has no bound of its own.
  public var answer: HeadLimits {
    HeadLimits(startLine: answerHead, line: answerHead, block: answerHead, fields: answerFields)
  }

  /// The most that surrounds a body's data, from a client or an origin.
  public var around: BodyLimits {
    BodyLimits(
      extensionLine: chunkExtension, extensionLead: chunkExtensions, trailer: trailers,
      trailerFields: trailerFields)
  }

  /// What clients may send, and how long they may take.
  var clientTerms: ServerConnection.Terms {
    ServerConnection.Terms(
      head: requestHead, body: around,
      patience: ServerConnection.Patience(
        head: headTime, idle: keepAlive, body: bodyIdle, wholeBody: bodyTime, write: writeIdle))
  }

  /// How long connections to origins are kept, and how many.
  var pool: ConnectionPool.Bounds {
    ConnectionPool.Bounds(idle: idleTime, age: connectionAge, perTarget: idleConnections)
  }
}
