/// Why an exchange ends before its answer was relayed to the end.
enum ExchangeEnd: Error {
  /// The client gets an answer of ours instead.
  ///
  /// Boxed: every frame on the path keeps room for what it may throw.
  indirect case refused(Problem)
  /// The request asked for no more than the proxy's own word.
  case answeredHere
  /// The client has left, or stopped doing its part.
  case clientLeft
  /// The answer broke off after its head was sent: only closing tells the client.
  case cutOff
}
