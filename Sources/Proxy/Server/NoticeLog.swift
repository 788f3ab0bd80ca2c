import Admission
import Events
import Logging
import Timekeeping

/// What the engine notices, as lines of the log: at most ten a second, and the number of the rest.
///
/// A line names the API, and a key, limit or account; never a secret.
final class NoticeLog: Sendable {
  private static let longestName = 64

  private let logger: Logger
  private let rate = Guarded(LogRate())

  init(_ logger: Logger) { self.logger = logger }

  func write(_ notice: Notice, at now: Instant) {
    let isAdmitted = rate.withLock {
      $0.admits(at: now) { logger.notice("\($0) notices more were left out") }
    }
    guard isAdmitted else { return }
    logger.log(level: NoticeLog.level(of: notice.event), "\(NoticeLog.text(of: notice))")
  }

  private static func level(of event: Notice.Event) -> Logger.Level {
    switch event {
    case .keyOut, .accountOut, .limitTooHigh, .retryBudgetSpent: .warning
    case .keyBack, .quotaUsedUp, .limitMoved: .notice
    }
  }

  private static func text(of notice: Notice) -> String {
    let what =
      switch notice.event {
      case .keyOut(let key, let after):
        "the provider turned key \(name(key)) away; next try in \(after.roundedUpSeconds) s"
      case .keyBack(let key): "key \(name(key)) is back"
      case .accountOut(let account, let after):
        "the provider turned account \(name(account)) away; next try in \(after.roundedUpSeconds) s"
      case .quotaUsedUp(let scope, let after):
        "the quota of \(name(scope)) is used up for \(after.roundedUpSeconds) s"
      case .limitTooHigh(let limit):
        "the provider refused what limit \(name(limit)) allows: is it declared too high?"
      case .limitMoved(let limit, let to): "the provider states \(to) for limit \(name(limit))"
      case .retryBudgetSpent: "no more repetitions for now: their budget is spent"
      }
    let reason = notice.reason.map { " (\(name($0)))" } ?? ""
    return "\(name(notice.api)): \(what)\(reason)"
  }

  /// A name that a request or an answer may have brought: one line, not too long.
  private static func name(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(longestName) {
      let isPrintable = scalar.properties.generalCategory.isPrintable
      scalars.append(isPrintable ? scalar : "?")
    }
    return String(scalars)
  }
}

extension Unicode.GeneralCategory {
  /// Whether such a character shows as itself and leaves the line as it is.
  fileprivate var isPrintable: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
