import Dialing
import HTTPWire
import Policy

/// Where requests go: what is dialled and where its connections wait, and the `Host` field that says so.
final class OriginAddress {
  let slot: PoolSlot
  /// The `Host` field, as a whole line.
  let hostField: [UInt8]

  init(_ slot: PoolSlot) {
    self.slot = slot
    let target = slot.target
    let origin = Origin(isSecure: target.isSecure, host: target.host, port: target.port)
    var line: [UInt8] = []
    HeadWriter.field("Host", origin.authority, to: &line)
    hostField = line
  }
}
