/// What a pool keeps for one target: whoever keeps the slot finds its connections without a search.
public final class PoolSlot {
  /// Where its connections lead.
  public let target: DialTarget
  /// Connections that wait for their next request, the youngest last.
  var idle: [UpstreamConnection] = []
  unowned let pool: ConnectionPool
  /// Whether the pool knows it: it stays, or holds connections.
  var isListed = false
  /// Whether it stays without a connection too.
  var isKept = false

  init(_ target: DialTarget, of pool: ConnectionPool) {
    self.target = target
    self.pool = pool
  }
}
