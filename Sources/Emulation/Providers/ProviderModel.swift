/// One provider: its limits and the words it answers in.
protocol ProviderModel: Sendable {
  /// The credential of `request` in this provider's terms.
  func credential(of request: EmulatedRequest) -> String?

  /// The account of `request` for the log; `label` is the credential's.
  func account(of request: EmulatedRequest, label: String?) -> String?

  /// Counts the request and answers it, `Date` aside.
  mutating func answer(to request: EmulatedRequest, at moment: ArrivalMoment) -> ProviderAnswer
}
