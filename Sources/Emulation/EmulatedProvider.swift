import Timekeeping

/// A provider as its documents describe it: counts at arrival, answers with its exact words.
public struct EmulatedProvider: Sendable {
  private var model: any ProviderModel
  private var labels = KeyLabels()
  private var dateSecond: Int64?
  private var dateText = ""

  /// An emulated provider with nothing counted yet; `kind` says whose documents it follows.
  public init(kind: ProviderKind, _ options: ProviderOptions = ProviderOptions()) {
    switch kind {
    case .tokportal: model = EmulatedTokPortal(options)
    case .tiktok: model = EmulatedTikTok(options)
    case .tiktokResearch: model = EmulatedResearch(options)
    case .tiktokShop: model = EmulatedShop(options)
    case .soku: model = EmulatedSoku(options)
    case .generic: model = EmulatedGeneric(options)
    }
  }

  /// Counts a request that arrives at `moment` and answers it.
  ///
  /// Instants must not decrease from call to call.
  public mutating func answer(
    to request: EmulatedRequest, at moment: ArrivalMoment
  ) -> EmulatedAnswer {
    let label = model.credential(of: request).map { labels.label(of: $0) }
    let answer = model.answer(to: request, at: moment)
    return EmulatedAnswer(
      status: answer.status, fields: [("Date", date(at: moment.wall))] + answer.fields,
      body: Array(answer.body.utf8), key: label,
      account: model.account(of: request, label: label), limit: answer.limit)
  }

  /// Puts keys into another tier from now on: the one with that label, or all when it is nil.
  ///
  /// - Returns: false when the provider has no tiers or has seen no such key.
  public mutating func setTier(_ tier: SokuTier, ofKey label: String?) -> Bool {
    guard var tiered = model as? EmulatedSoku else { return false }
    if let label {
      guard let key = labels.credential(of: label) else { return false }
      tiered.setTier(tier, of: key)
    } else {
      tiered.setTierOfAll(tier)
    }
    model = tiered
    return true
  }

  private mutating func date(at wall: WallTime) -> String {
    if dateSecond != wall.secondsSinceEpoch {
      dateSecond = wall.secondsSinceEpoch
      dateText = HTTPDate.text(of: wall)
    }
    return dateText
  }
}
