import Policy

extension Bounds {
  /// The bounds of one of `workers`: of what the process may have in all, an equal part.
  ///
  /// Tunnels are counted for the process (`ProxyContext.openTunnel`), client connections by listener.
  func share(of workers: Int) -> Bounds {
    var share = self
    share.resolving = max(1, resolving / workers)
    share.idleConnections = max(1, idleConnections / workers)
    share.parkedBytes = parkedBytes / workers
    share.replayTotal = replayTotal / workers
    return share
  }
}
