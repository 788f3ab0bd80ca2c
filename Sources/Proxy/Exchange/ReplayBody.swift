import HTTPWire

/// What was read of a request's body, kept so that it can be sent again.
///
/// A body larger than the bound is forgotten, and so is one for which all requests together leave
/// no room: such a request is sent once.
struct ReplayBody {
  /// Largest body that is kept: 1 MiB.
  static let bound = 1 << 20
  /// Room for the bodies of all requests together: 256 MiB.
  static let room = 256 << 20

  /// The body's bytes so far, without framing.
  private(set) var bytes: [UInt8] = []
  /// Whether everything that is read of it is kept.
  private var isKept = true
  private var hasBegun = false

  init(expecting framing: BodyFraming) {
    if case .length(let count) = framing, count > ReplayBody.bound { isKept = false }
  }

  /// Whether the body can be sent from its beginning: what was read of it is kept.
  var isWhole: Bool { isKept || !hasBegun }

  /// Keeps `count` bytes that `add` appends, if they still fit.
  mutating func keep(_ count: Int, in room: inout Int, _ add: (inout [UInt8]) -> Void) {
    hasBegun = true
    guard isKept else { return }
    if bytes.count + count <= ReplayBody.bound, count <= room {
      room -= count
      add(&bytes)
    } else {
      isKept = false
      forget(in: &room)
    }
  }

  /// Gives the bytes and their room back.
  mutating func forget(in room: inout Int) {
    room += bytes.count
    bytes = []
  }
}
