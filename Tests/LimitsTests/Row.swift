import Limits
import Testing
import Timekeeping

/// One step on a limit, and what its availability for one unit must be afterwards.
struct Row: Sendable {
  enum Step: Sendable {
    case look
    case take(Int)
    case horizon(Int)
    case response(Int)
    case lateResponse(Int)
    case finished(Int)
    case refund(Int, taken: Int64)
    case credited(Int, ms: Int64)
    case cut(Int)
    case unknown(Int)
    case adjust(Int)
    case resize(Int)
    case wall(WallTime)
  }

  var at: Int64
  var step: Step
  var then: Availability
  var left: Int

  init(_ at: Int64, _ step: Step, _ then: Availability, left: Int) {
    self.at = at
    self.step = step
    self.then = then
    self.left = left
  }
}

func check(
  _ kind: LimitKind, pace: Pace = .free, wall: WallTime = WallTime(nanoseconds: 0), _ rows: [Row]
) {
  var state = LimitState(kind, pace: pace, at: ms(0), wall: wall)
  for (index, row) in rows.enumerated() {
    let now = ms(row.at)
    switch row.step {
    case .look: break
    case .take(let cost): state.take(cost: cost, at: now)
    case .horizon(let cost): state.settle(cost: cost, .horizon, at: now)
    case .response(let cost): state.settle(cost: cost, .response(late: false), at: now)
    case .lateResponse(let cost): state.settle(cost: cost, .response(late: true), at: now)
    case .finished(let cost): state.settle(cost: cost, .finished, at: now)
    case .credited(let cost, let credit):
      let settlement = Settlement.response(late: false, credit: credit * 1_000_000)
      state.settle(cost: cost, settlement, at: now)
    case .cut(let cost): state.settle(cost: cost, .cut, at: now)
    case .unknown(let cost): state.settle(cost: cost, .unknown, at: now)
    case .adjust(let units): state.adjust(by: units, at: now)
    case .resize(let allow): state.resize(to: allow, at: now)
    case .wall(let time): state.setWallClock(time, at: now)
    case .refund(let cost, let taken): state.refund(cost: cost, taken: ms(taken), at: now)
    }
    #expect(state.availability(cost: 1, at: now) == row.then, "\(kind.word) row \(index)")
    #expect(state.left(at: now) == row.left, "\(kind.word) row \(index)")
  }
}
