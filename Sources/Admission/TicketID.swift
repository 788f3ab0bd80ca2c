/// Names one ticket, for as long as it lives; a name of a ticket that is gone is ignored.
public struct TicketID: Hashable, Sendable {
  /// Generation in the upper half, slot in the lower; never 0.
  public let rawValue: UInt64

  init(slot: Int, generation: UInt32) {
    rawValue = UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: slot))
  }

  var slot: Int { Int(rawValue & 0xFFFF_FFFF) }
  var generation: UInt32 { UInt32(rawValue >> 32) }
}
