import Feedback
import Policy

/// Which requests may be repeated after which failure: the table of limits-science.md section 8.
enum RetryRule {
  /// What an attempt came to, as a row of the table.
  enum Row: CaseIterable {
    /// The provider refused by a limit, and did not process the request.
    case limited
    /// The request was provably never sent.
    case unsent
    /// 503 or 529 with a stated delay.
    case overloaded
    /// Any other failure of the provider, or no answer after bytes were sent.
    case failed
    /// The request itself is at fault, or the key is.
    case refused
  }

  /// The row of an answer.
  static func row(of signal: Signal) -> Row {
    switch signal.kind {
    case .limit, .quota, .softBlock, .concurrency, .lock: .limited
    case .overload: signal.delay == nil ? .failed : .overloaded
    case .failure: .failed
    case .permanent: .refused
    }
  }

  /// Whether a request may be sent once more.
  ///
  /// - Parameter isUnprocessed: whether the provider says it did nothing.
  static func allows(_ row: Row, _ repeatability: Repeatability, isUnprocessed: Bool) -> Bool {
    switch row {
    case .limited, .unsent: true
    case .overloaded, .failed: repeatability != .once || isUnprocessed
    case .refused: false
    }
  }

  /// Whether a repetition counts against the budget.
  static func isBudgeted(_ row: Row) -> Bool { row != .limited }
}
