import Events
import Timekeeping

/// The names that are being looked up: how many at once, and who waits for one of them.
///
/// libcurl looks a name up on a thread of its own, which nothing can end. So each counts until it
/// returns, whether somebody still waits for it or not. Dials to a name that is being looked up wait
/// for that; only when it takes long is the name looked up once more beside it, so that an
/// answer that was lost delays nobody and a name that hangs takes few of the threads.
final class LookUps {
  /// Who waits for a name that another dial looks up.
  final class Joiner {
    fileprivate let point: WaitPoint
    /// How the look-up ended: nil inside for an address that was found.
    fileprivate(set) var outcome: DialFailure??

    fileprivate init(_ point: WaitPoint) { self.point = point }
  }

  private struct Name {
    var running = 0
    var latest: Instant
    var joiners: [Joiner] = []
  }

  /// Most look-ups of one name at once.
  private static let perName = 4
  /// How long libcurl surely remembers an address: it does for 60 s.
  private static let memory: Duration = .seconds(50)
  private static let mostKnown = 4096

  private let bound: Int
  /// How long a look-up may take before another one of the same name begins.
  private let patience: Duration
  private var names: [String: Name] = [:]
  private var known: [String: Instant] = [:]
  /// Look-ups that run now.
  private(set) var running = 0

  init(bound: Int, patience: Duration) {
    self.bound = bound
    self.patience = patience
  }

  /// A place to wait for a look-up that runs already; nil when there is none to wait for.
  func join(_ target: DialTarget, at point: WaitPoint, now: Instant) -> Joiner? {
    guard !target.isNumeric, !isKnown(target.name, now), let name = names[target.name],
      name.running >= LookUps.perName || now - name.latest < patience
    else { return nil }
    let joiner = Joiner(point)
    names[target.name]?.joiners.append(joiner)
    return joiner
  }

  /// Gives the place up.
  func leave(_ joiner: Joiner, _ target: DialTarget) {
    names[target.name]?.joiners.removeAll { $0 === joiner }
  }

  /// Counts a look-up that is about to begin; false when there are too many.
  ///
  /// Hosts that no policy declares get at most half: who names them may have made their names hang.
  func begin(_ target: DialTarget, now: Instant) -> Bool {
    guard running < (target.isPublicOnly ? max(1, bound / 2) : bound),
      names[target.name]?.running ?? 0 < LookUps.perName
    else { return false }
    running += 1
    names[target.name, default: Name(latest: now)].running += 1
    names[target.name]?.latest = now
    return true
  }

  /// Counts the end of a look-up, and tells those who wait for the name.
  func end(_ target: DialTarget, _ failure: DialFailure?, now: Instant) {
    running -= 1
    guard var name = names[target.name] else { return }
    name.running -= 1
    let joiners = name.joiners
    name.joiners = []
    names[target.name] = name.running > 0 ? name : nil
    if failure == nil { remember(target.name, now) }
    for joiner in joiners {
      joiner.outcome = .some(failure)
      joiner.point.wake()
    }
  }

  private func isKnown(_ name: String, _ now: Instant) -> Bool {
    known[name].map { now - $0 < LookUps.memory } ?? false
  }

  private func remember(_ name: String, _ now: Instant) {
    if known.count >= LookUps.mostKnown {
      known = known.filter { now - $0.value < LookUps.memory }
      if known.count >= LookUps.mostKnown { known = [:] }
    }
    known[name] = now
  }
}

extension DialTarget {
  /// What libcurl remembers an address under.
  fileprivate var name: String { "\(host.lowercased()):\(port)" }

  /// Whether no name has to be looked up on a thread: an address, or this machine's own name.
  var isNumeric: Bool {
    host.contains(":") || host.lowercased() == "localhost"
      || host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || ($0 >= 0x30 && $0 <= 0x39) }
  }
}
