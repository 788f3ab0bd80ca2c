import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

extension MixedRun {
  /// Timers must come to rest at any instant.
  func rest() {
    var rounds = 0
    engine.advance(to: now)
    while let due = engine.nextDeadline, due <= now, rounds < 200 {
      rounds += 1
      engine.advance(to: now)
    }
    #expect(rounds < 200, "a busy loop, seed \(seed)")
    take()
  }

  func checkBooks(_ step: Int) {
    var promised = [Int](repeating: 0, count: engine.rooms.count)
    var queued = promised
    var users = promised
    for demand in engine.demands where demand.epoch > 0 {
      for draw in demand.draws {
        users[Int(draw.slot)] += 1
        queued[Int(draw.slot)] += Int(draw.cost) * Int(demand.waiting)
      }
    }
    for flow in engine.flows.indices {
      let state = engine.flows[flow]
      if state.promiser >= 0 { promised[Int(state.promiser)] += Int(state.promised) }
      var last = Int64.min
      var ticket = state.head
      while ticket >= 0 {
        #expect(
          engine.tickets[ticket].state == .waiting && engine.tickets[ticket].sequence > last,
          "order, seed \(seed)")
        last = engine.tickets[ticket].sequence
        ticket = engine.tickets[ticket].next
      }
      if state.head < 0 {
        #expect(state.enrolled.isEmpty && state.promiser < 0, "left behind, seed \(seed)")
      }
    }
    for slot in engine.rooms.indices where engine.rooms[slot].isLive {
      let room = engine.rooms[slot]
      #expect(
        room.promised == promised[slot] && room.queued == queued[slot]
          && Int(room.users) == users[slot], "books at \(step), seed \(seed): \(room.key)")
    }
    #expect(
      engine.waiting == waiting.count,
      "waiting \(engine.waiting) \(waiting.count) at \(step), seed \(seed)")
    #expect(engine.lanes.reduce(0) { $0 + $1.waiting } == engine.waiting)
  }

  /// Buckets whose front waiter waits for an instant at which nobody looks.
  func lost() -> [String] {
    var found: [String] = []
    for slot in engine.rooms.indices where engine.rooms[slot].isLive {
      guard let flow = engine.front(slot), engine.flows[Int(flow)].head >= 0 else { continue }
      let head = engine.flows[Int(flow)].head
      let draw = engine.draw(of: Int(engine.tickets[head].demand), at: slot)
      let due = engine.bucketDeadlines.deadline(of: slot)
      switch engine.availability(of: draw) {
      case .at(let instant):
        if due.map({ $0 > max(instant, engine.clock) + .milliseconds(5) }) ?? true {
          found.append(
            "\(engine.rooms[slot].key) at \(instant) due \(String(describing: due)) clock \(engine.clock)"
          )
        }
      case .never: found.append("never \(engine.rooms[slot].key)")
      default: break
      }
    }
    return found
  }

  func idlers() -> [String] {
    var found: [String] = []
    for flow in engine.flows.indices where engine.isIdler(Int32(flow)) {
      let demand = engine.demands[Int(engine.tickets[engine.flows[flow].head].demand)]
      // A limit that grows again wakes nobody who went to another key because of it.
      guard !isWild || demand.candidates == 1 else { continue }
      found.append("flow \(flow) \(engine.flows[flow]) \(demand) at \(engine.clock)")
    }
    return found
  }

  func finish() {
    for account in shut { _ = engine.open(account: account, api: 0, at: now) }
    shut = []
    var rounds = 0
    while rounds < 200_000, !open.isEmpty || engine.nextDeadline != nil {
      rounds += 1
      if let entry = open.popLast() {
        settle(entry)
      } else if let due = engine.nextDeadline {
        now = max(now, due)
        engine.advance(to: now)
      }
      take()
    }
    #expect(
      waiting.isEmpty && engine.waiting == 0 && engine.tickets.count == 0,
      "\(waiting.count) \(engine.tickets.count), seed \(seed)")
    #expect(engine.nextDeadline == nil, "seed \(seed)")
    checkBooks(-1)
    now = now.advanced(byNanoseconds: 400 * 86_400_000_000_000)
    engine.advance(to: now)
    #expect(engine.apis[0].inFlight == [0, 0, 0], "seed \(seed)")
    for var room in engine.rooms where room.isLive && room.key.rule != 10 {
      _ = room.bucket.isForgettable(at: now)
      let later = now + .seconds(36_000_000)
      #expect(
        room.queue.isIdle && room.bucket.isForgettable(at: later),
        "seed \(seed) \(room.key) \(room.bucket)")
    }
  }
}
