import HTTPWire

/// What was read of a request's body, kept so that it can be sent again.
///
/// A body larger than the bound is forgotten, and so is one for which all requests together leave
/// no room: such a request is sent once.
struct ReplayBody {
  /// Largest body that is kept.
  private let bound: Int
  /// How long the body says it is, if it may be kept whole.
  private var expected = 0

  /// The body's bytes so far, without framing.
  private(set) var bytes: [UInt8] = []
  /// Whether everything that is read of it is kept.
  private var isKept = true
  private var hasBegun = false

  init(expecting framing: BodyFraming, bound: Int) {
    self.bound = bound
    guard case .length(let count) = framing else { return }
    if count > bound { isKept = false } else { expected = Int(count) }
  }

  /// Whether the body can be sent from its beginning: what was read of it is kept.
  var isWhole: Bool { isKept || !hasBegun }

  /// Keeps `count` bytes that `add` appends, if they still fit.
  mutating func keep(_ count: Int, in room: inout Int, _ add: (inout [UInt8]) -> Void) {
    hasBegun = true
    guard isKept else { return }
    if bytes.count + count <= bound, count <= room {
      room -= count
      // Room for all of it at once: a body that grows piece by piece is copied again and again.
      if bytes.count + count > bytes.capacity { bytes.reserveCapacity(expected) }
      add(&bytes)
    } else {
      isKept = false
      forget(in: &room)
    }
  }

  /// Keeps `count` bytes that `add` appends because they exist nowhere else and are not sent yet,
  /// whatever the bound; false when all requests together leave no room.
  mutating func hold(_ count: Int, in room: inout Int, _ add: (inout [UInt8]) -> Void) -> Bool {
    hasBegun = true
    guard count <= room else { return false }
    room -= count
    add(&bytes)
    if bytes.count > bound { isKept = false }
    return true
  }

  /// Gives the bytes and their room back.
  mutating func forget(in room: inout Int) {
    room += bytes.count
    bytes = []
  }
}
