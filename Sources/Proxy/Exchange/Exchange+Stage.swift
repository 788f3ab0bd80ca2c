import Admission

extension Exchange {
  /// How far an exchange has come.
  enum Stage {
    /// Its head was read.
    case begun
    /// It is known what the request is.
    case understood(Call)
    /// It waits for leave to send.
    case parked(Call)
    /// It may be sent.
    case granted(Call, Grant)
    /// It was sent, or as much of it as the origin took.
    case sent(Call, Grant, Upstream)
    /// The answer was read to its end, and the client has not taken so much of it.
    case answered([UInt8])
    /// It ends in another way.
    case failed(ExchangeEnd)
    /// There is nothing left to do.
    case over
  }

  /// What became of going on without a task.
  enum Progress {
    /// The exchange is over.
    case over
    /// It waits at its point.
    case waits
    /// A task has to go on.
    case needsTask
  }
}
