import Timekeeping

/// When a limit has room for one more request.
public enum Availability: Hashable, Sendable {
  /// At once.
  case now
  /// At this instant, if nothing else takes the room.
  case at(Instant)
  /// After a response: no clock time helps before one arrives.
  case afterResponse
  /// Never: the cost is larger than the limit.
  case never
}
