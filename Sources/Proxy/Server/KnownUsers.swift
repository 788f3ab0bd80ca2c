import Events
import Passwords
import Policy
import Timekeeping

/// Which credentials were right, and who is wrong how often: one for all workers.
final class KnownUsers: Sendable {
  private static let mostFailures = 10
  private static let mostPeers = 4096
  private static let mostKnown = 4096

  /// What is known of a peer that brings another password to check.
  enum Standing: Sendable {
    /// It may be checked, and counts as under way.
    case welcome
    /// It has as many under way as it may get wrong.
    case busy
    /// It was wrong too often.
    case barred
  }

  private struct State {
    /// Good credentials, and whose they are.
    var known: [CredentialDigest: String] = [:]
    var failures: FailureTable
    /// Checks under way of each peer.
    var underWay: [String: Int] = [:]
  }

  /// What digests are made under.
  let keys = CredentialDigest.Keys()
  /// How long failures are remembered at least.
  let span: Duration = .seconds(60)
  /// Who checks passwords.
  let desk: PasswordDesk
  private let state: Guarded<State>

  /// - Throws: `PasswordFault` for a user whose password cannot be checked.
  init(_ users: [ProxyUser]) throws(PasswordFault) {
    desk = PasswordDesk(try PasswordBook(users.map { ($0.name, $0.hash) }))
    state = Guarded(
      State(failures: FailureTable(span: span, bound: KnownUsers.mostPeers)))
  }

  /// Whose credential it is, if it was right before.
  func name(of digest: CredentialDigest) -> String? { state.withLock { $0.known[digest] } }

  /// Whether a peer may have a password checked now; every welcome ends with `ended`.
  func begin(_ peer: String, at now: Instant) -> Standing {
    state.withLock {
      guard $0.failures.failures(of: peer, at: now) < KnownUsers.mostFailures else {
        return .barred
      }
      // Nobody has more guesses under way than it may get wrong.
      let others = $0.underWay[peer, default: 0]
      guard others < KnownUsers.mostFailures else { return .busy }
      $0.underWay[peer] = others + 1
      return .welcome
    }
  }

  /// A check has ended; `name` is whose the credential is if it was right.
  func ended(
    _ answer: PasswordDesk.Answer, _ digest: CredentialDigest, of peer: String, name: String,
    at now: Instant
  ) {
    state.withLock {
      let left = $0.underWay[peer, default: 1] - 1
      $0.underWay[peer] = left == 0 ? nil : left
      switch answer {
      case .right: if $0.known.count < KnownUsers.mostKnown { $0.known[digest] = name }
      case .wrong: $0.failures.count(peer, at: now)
      case .busy: break
      }
    }
  }
}
