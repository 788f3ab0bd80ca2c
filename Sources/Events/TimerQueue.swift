import CSystem
import Glibc
import Timekeeping

/// The timers of a loop in the order of their deadlines, and the one timerfd that stands for all.
///
/// libevent's own timers would set a timerfd in every turn of the loop, or be late by a tick of the
/// system. Here the descriptor is set only when a deadline comes up before the one it is set to:
/// one that was put off costs nothing until then.
final class TimerQueue {
  private let descriptor: Int32
  /// A binary heap; the timers keep themselves alive, and leave when they go.
  private var heap: [Unmanaged<Timer>] = []
  /// What the descriptor is set to.
  private var armed = Instant.distantFuture
  private var watch: Watch?

  init() throws(IOFailure) {
    descriptor = csystem_timer()
    guard descriptor >= 0 else { throw IOFailure("timerfd_create") }
  }

  deinit { close(descriptor) }

  /// Begins to watch the descriptor; the watch holds the loop, which holds the queue.
  func open(on loop: EventLoop) {
    watch = Watch(loop, descriptor, .read) { [unowned self, unowned loop] _ in ring(at: loop.now) }
  }

  /// Ends the watch.
  func shut() { watch = nil }

  func insert(_ timer: Timer, at deadline: Instant) {
    timer.due = deadline
    if timer.place < 0 {
      timer.place = heap.count
      heap.append(.passUnretained(timer))
    }
    rise(timer.place)
    sink(timer.place)
    arm()
  }

  func remove(_ timer: Timer) {
    let place = timer.place
    guard place >= 0 else { return }
    timer.place = -1
    let last = heap.removeLast()
    guard place < heap.count else { return }
    put(last, at: place)
    rise(place)
    sink(self[place].place)
  }

  private subscript(place: Int) -> Timer { heap[place].takeUnretainedValue() }

  private func put(_ timer: Unmanaged<Timer>, at place: Int) {
    heap[place] = timer
    timer.takeUnretainedValue().place = place
  }

  private func rise(_ start: Int) {
    var place = start
    while place > 0, self[place].due < self[(place - 1) / 2].due {
      swap(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private func sink(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && self[child].due < self[least].due { least = child }
      guard least != place else { return }
      swap(place, least)
      place = least
    }
  }

  private func swap(_ one: Int, _ other: Int) {
    let first = heap[one]
    put(heap[other], at: one)
    put(first, at: other)
  }

  private func arm() {
    guard let first = heap.first?.takeUnretainedValue().due, first < armed else { return }
    armed = first
    csystem_set_timer(descriptor, max(1, first.nanoseconds))
  }

  /// Fires what is due.
  func ring(at now: Instant) {
    csystem_clear_timer(descriptor)
    armed = .distantFuture
    // A handler that sets its timer to what is past again has its turn after the others'.
    for _ in 0..<heap.count {
      guard let first = heap.first?.takeUnretainedValue(), first.due <= now else { break }
      remove(first)
      first.fire()
    }
    arm()
  }
}
