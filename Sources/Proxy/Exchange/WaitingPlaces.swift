import Admission
import Events

extension AdmissionDesk {
  /// Where the engine's answer to a waiting exchange is left.
  final class Place {
    let ticket: TicketID
    fileprivate var point: WaitPoint?
    fileprivate(set) var answer: Result<Grant, Refusal>?

    fileprivate init(_ ticket: TicketID) { self.ticket = ticket }
  }
}

/// The places of the requests that wait at one worker, each from when its ticket begins to wait until
/// its answer was taken or its caller left.
///
/// An event of another worker may answer a ticket at any time after that, and its answer comes later
/// still; so whether there is a place, and nothing else, says whether anybody waits for it.
struct WaitingPlaces {
  /// What the engine must be told of a ticket that nobody waits for.
  enum Leaving: Hashable, Sendable {
    /// It waits no longer.
    case cancelled
    /// It was granted, and nothing is sent.
    case unsent
  }

  private var places: [TicketID: AdmissionDesk.Place] = [:]

  /// How many there are.
  var count: Int { places.count }

  /// A ticket begins to wait, or waits again: before anything is decided of it here.
  mutating func expect(_ ticket: TicketID) { places[ticket] = AdmissionDesk.Place(ticket) }

  /// The place of a ticket, whose answer from now on wakes `point`.
  mutating func hold(_ ticket: TicketID, at point: WaitPoint?) -> AdmissionDesk.Place {
    let place = places[ticket] ?? AdmissionDesk.Place(ticket)
    place.point = point
    places[ticket] = place
    return place
  }

  /// The answer was taken.
  mutating func release(_ ticket: TicketID) { places[ticket] = nil }

  /// The caller left while it waited.
  mutating func leave(_ ticket: TicketID) -> Leaving {
    if case .success = places.removeValue(forKey: ticket)?.answer { return .unsent }
    // An answer that is on its way finds nobody: see `put`.
    return .cancelled
  }

  /// Leaves an answer at its place and wakes who waits there; false when nobody does.
  func put(_ answer: Result<Grant, Refusal>, for ticket: TicketID) -> Bool {
    guard let place = places[ticket] else { return false }
    place.answer = answer
    place.point?.resume()
    return true
  }
}
