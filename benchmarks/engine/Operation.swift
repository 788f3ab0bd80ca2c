/// What is counted: a call of the engine each.
enum Operation: String {
  /// Nothing: what counting itself takes.
  case none
  /// A request that fits at once, of an API nobody waits for.
  case admit
  /// The last byte of a request was sent.
  case sent
  /// An answer that states how much of its key's bucket is left.
  case learn
  /// The end of an answer.
  case end
  /// A request that has to wait.
  case wait
  /// A request that waits is given up.
  case cancel
  /// An instant at which one that waited goes.
  case dispatch
}
