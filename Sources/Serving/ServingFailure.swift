import Events
import HTTPWire

/// Why a client's connection cannot go on.
public enum ServingFailure: Error {
  /// The client's bytes are not HTTP/1.1 as we accept it; the status says how to answer.
  case malformed(WireError)
  /// The connection failed, or the client stopped doing its part.
  case broken(IOFailure)
}
