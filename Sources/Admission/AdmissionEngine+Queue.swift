import Limits
import Timekeeping

extension AdmissionEngine {
  /// Puts a ticket at the end of its flow's queue.
  func append(_ slot: Int32) {
    let flow = Int(tickets[slot].flow)
    tickets[slot].previous = flows[flow].tail
    tickets[slot].next = -1
    if flows[flow].tail >= 0 {
      tickets[flows[flow].tail].next = slot
    } else {
      flows[flow].head = slot
    }
    flows[flow].tail = slot
    countWaiting(slot, by: 1)
  }

  /// Puts a ticket back before all of its flow that arrived after it.
  func putBack(_ slot: Int32) {
    link(slot)
    countWaiting(slot, by: 1)
  }

  /// Lets a ticket wait for itself, without holding up its flow.
  func setAside(_ slot: Int32, until instant: Instant) {
    tickets[slot].isAside = true
    asideDeadlines.schedule(Int(slot), at: instant)
    countWaiting(slot, by: 1)
  }

  /// The time of a ticket that was set aside has come.
  func takeIn(_ slot: Int32) {
    tickets[slot].isAside = false
    link(slot)
    let flow = tickets[slot].flow
    if flows[Int(flow)].head == slot { restart(flow) }
  }

  private func link(_ slot: Int32) {
    let flow = Int(tickets[slot].flow)
    var after: Int32 = -1
    var before = flows[flow].head
    while before >= 0, tickets[before].sequence < tickets[slot].sequence {
      after = before
      before = tickets[before].next
    }
    tickets[slot].previous = after
    tickets[slot].next = before
    if after >= 0 { tickets[after].next = slot } else { flows[flow].head = slot }
    if before >= 0 { tickets[before].previous = slot } else { flows[flow].tail = slot }
  }

  /// Takes a waiting ticket out of its flow's queue.
  func unlink(_ slot: Int32) {
    countWaiting(slot, by: -1)
    if tickets[slot].isAside {
      tickets[slot].isAside = false
      asideDeadlines.cancel(Int(slot))
      return
    }
    let ticket = tickets[slot]
    let flow = Int(ticket.flow)
    if ticket.previous >= 0 {
      tickets[ticket.previous].next = ticket.next
    } else {
      flows[flow].head = ticket.next
    }
    if ticket.next >= 0 {
      tickets[ticket.next].previous = ticket.previous
    } else {
      flows[flow].tail = ticket.previous
    }
    tickets[slot].previous = -1
    tickets[slot].next = -1
  }

  private func countWaiting(_ slot: Int32, by step: Int) {
    let demand = Int(tickets[slot].demand)
    if step > 0 {
      tickets[slot].state = .waiting
      tickets[slot].queued = clock.nanoseconds
    } else {
      tickets[slot].waited += clock.nanoseconds - tickets[slot].queued
    }
    waiting += step
    lanes[lane(of: slot)].waiting += step
    demands[demand].waiting += Int32(step)
    let flow = tickets[slot].flow
    flows[Int(flow)].waiting += Int32(step)
    let stands = !flows[Int(flow)].enrolled.isEmpty
    for index in demands[demand].draws.indices {
      let draw = demands[demand].draws[index]
      let units = step * Int(draw.cost)
      rooms[Int(draw.slot)].queued += units
      if stands { rooms[Int(draw.slot)].queue.addUnits(units, to: flow) }
    }
  }

  /// A flow has another head: it keeps its places, and is tried again.
  func restart(_ flow: Int32) {
    vacate(flow)
    if flows[Int(flow)].head >= 0 { run(flow) }
  }

  /// Takes a flow's former head out of all queues; its places are kept for the next one.
  func vacate(_ flow: Int32) {
    dropPromise(flow)
    let isOver = flows[Int(flow)].head < 0
    for slot in flows[Int(flow)].enrolled {
      let stood =
        isOver
        ? rooms[Int(slot)].queue.remove(flow) : rooms[Int(slot)].queue.suspend(flow)
      if stood { markDirty(Int(slot)) }
    }
    if isOver { flows[Int(flow)].enrolled = [] }
  }

  func enroll(_ flow: Int32, in slot: Int) {
    guard !flows[Int(flow)].enrolled.contains(Int32(slot)) else { return }
    flows[Int(flow)].enrolled.append(Int32(slot))
  }

  func dropPromise(_ flow: Int32) {
    let promiser = flows[Int(flow)].promiser
    guard promiser >= 0 else { return }
    rooms[Int(promiser)].promised -= Int(flows[Int(flow)].promised)
    flows[Int(flow)].promiser = -1
    markDirty(Int(promiser))
  }
}
