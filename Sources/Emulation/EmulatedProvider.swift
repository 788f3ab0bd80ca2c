import Limits
import Timekeeping

/// A provider as its documents describe it: counts at arrival, answers with its exact words.
public struct EmulatedProvider: Sendable {
  private var model: any ProviderModel
  private var labels = KeyLabels()
  private var dateSecond: Int64?
  private var dateText = ""

  /// An emulated provider with nothing counted yet.
  ///
  /// - Parameters:
  ///   - kind: whose documents it follows.
  ///   - allow: replaces the main limit.
  ///   - burst: the size of the main bucket, where `kind.takesBurst`; default `allow.allow`.
  ///   - rejectsCount: whether refused requests count like accepted ones.
  ///   - seed: where the identifiers in the answers follow from.
  public init(
    kind: ProviderKind, allow: Rate? = nil, burst: Int? = nil, rejectsCount: Bool = false,
    seed: UInt64
  ) {
    switch kind {
    case .tokportal:
      model = EmulatedTokPortal(allow: allow, burst: burst, rejectsCount: rejectsCount, seed: seed)
    case .tiktok: model = EmulatedTikTok(allow: allow, rejectsCount: rejectsCount, seed: seed)
    case .soku: model = EmulatedSoku(allow: allow, rejectsCount: rejectsCount, seed: seed)
    case .generic: model = EmulatedGeneric(allow: allow, rejectsCount: rejectsCount)
    }
  }

  /// Counts a request that arrives at `now` and answers it.
  ///
  /// `wall` is the same moment in civil time, for the dates in the answer. Instants must not
  /// decrease from call to call.
  public mutating func answer(
    to request: EmulatedRequest, at now: Instant, wall: WallTime
  ) -> EmulatedAnswer {
    let label = model.credential(of: request).map { labels.label(of: $0) }
    let answer = model.answer(to: request, at: now, wall: wall)
    return EmulatedAnswer(
      status: answer.status, fields: [("Date", date(at: wall))] + answer.fields,
      body: Array(answer.body.utf8), key: label,
      account: model.account(of: request, label: label))
  }

  private mutating func date(at wall: WallTime) -> String {
    if dateSecond != wall.secondsSinceEpoch {
      dateSecond = wall.secondsSinceEpoch
      dateText = HTTPDate.text(of: wall)
    }
    return dateText
  }
}
