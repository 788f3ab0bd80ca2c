import Timekeeping

/// One thing done with an algorithm, whichever it is.
protocol LimitChange {
  associatedtype Result
  func apply(_ limit: inout some LimitAlgorithm) -> Result
}

/// The changes `LimitState` makes, each a call of `LimitAlgorithm`.
enum LimitChanges {
  struct Availability: LimitChange {
    var cost: Int
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> Limits.Availability {
      limit.availability(cost: cost, at: now)
    }
  }

  struct Take: LimitChange {
    var cost: Int
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) { limit.take(cost: cost, at: now) }
  }

  struct Settle: LimitChange {
    var cost: Int
    var settlement: Settlement
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) {
      limit.settle(cost: cost, settlement, at: now)
    }
  }

  struct Refund: LimitChange {
    var cost: Int
    var taken: Instant
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) {
      limit.refund(cost: cost, taken: taken, at: now)
    }
  }

  struct Left: LimitChange {
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> Int { limit.left(at: now) }
  }

  struct Outlook: LimitChange {
    var cost: Int
    var start: Instant
    var roundTrip: Int64
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> Instant {
      limit.instant(whenRoomFor: cost, from: start, roundTrip: roundTrip, at: now)
    }
  }

  struct IsFull: LimitChange {
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> Bool { limit.isFull(at: now) }
  }

  struct Adjust: LimitChange {
    var units: Int
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) { limit.adjust(by: units, at: now) }
  }

  struct Resize: LimitChange {
    var allow: Int
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) { limit.resize(to: allow, at: now) }
  }

  struct UsedShare: LimitChange {
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> Double { limit.usedShare(at: now) }
  }

  struct RemainingPeriod: LimitChange {
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> (left: Int64, of: Int64)? {
      limit.remainingPeriod(at: now)
    }
  }

  struct WallClock: LimitChange {
    var wall: WallTime
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) { limit.setWallClock(wall, at: now) }
  }

  struct Room: LimitChange {
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> Int? { limit.room(at: now) }
  }

  struct Raise: LimitChange {
    var units: Int
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) { limit.raise(by: units, at: now) }
  }

  struct Lower: LimitChange {
    var units: Int
    var end: Instant?
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) {
      limit.lower(by: units, until: end, at: now)
    }
  }

  struct ObservedSpan: LimitChange {
    func apply(_ limit: inout some LimitAlgorithm) -> Int64 { limit.observedSpan }
  }

  struct InFlight: LimitChange {
    func apply(_ limit: inout some LimitAlgorithm) -> Int { Int(limit.inFlight) }
  }

  struct Struck: LimitChange {
    var room: Bool
    var now: Instant
    func apply(_ limit: inout some LimitAlgorithm) -> Bool { limit.struck(room: room, at: now) }
  }

  struct Widen: LimitChange {
    func apply(_ limit: inout some LimitAlgorithm) -> Bool { limit.widen() }
  }
}
