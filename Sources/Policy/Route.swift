/// What the rulebook says of one request: where it goes, for whom, and which limits count it.
public struct Route: Sendable {
  /// What few requests have: none of it costs a request without anything.
  private final class Extras: Sendable {
    let account: String?
    let ownKey: String?
    let batch: String?
    let repeatability: Repeatability

    init(account: String?, ownKey: String?, batch: String?, repeatability: Repeatability) {
      self.account = account
      self.ownKey = ownKey
      self.batch = batch
      self.repeatability = repeatability
    }
  }

  /// What it has in common with every request of its method and path.
  public let shared: EndpointRoute
  /// Who sent it.
  public let caller: String
  private var extras: Extras?

  /// Whom the request acts for, when the request says so.
  public var account: String? {
    get { extras?.account }
    set {
      extras = Extras(
        account: newValue, ownKey: ownKey, batch: batch, repeatability: repeatability)
    }
  }

  /// Stands for the caller's own credential where the API forwards that instead of a key of ours.
  ///
  /// A digest, never the credential: it names the key's buckets.
  public var ownKey: String? {
    get { extras?.ownKey }
    set {
      extras = Extras(
        account: account, ownKey: newValue, batch: batch, repeatability: repeatability)
    }
  }

  /// The batch it belongs to; nil for a request of its own.
  public var batch: String? {
    get { extras?.batch }
    set {
      extras = Extras(
        account: account, ownKey: ownKey, batch: newValue, repeatability: repeatability)
    }
  }

  /// Whether it may be sent again once it may have been processed.
  public var repeatability: Repeatability {
    get { extras?.repeatability ?? shared.repeatability }
    set {
      guard newValue != repeatability else { return }
      extras = Extras(account: account, ownKey: ownKey, batch: batch, repeatability: newValue)
    }
  }

  /// Index of the API in the rulebook.
  public var api: Int { shared.api }
  /// Index of the lane in the API.
  public var lane: Int { shared.lane }
  /// Method and path with identifiers replaced by `*`: what holds of an endpoint are kept by.
  public var endpoint: String { shared.label }
  /// The limits that count this request.
  public var charges: [Charge] { shared.charges }

  /// A route of the requests that `shared` is about.
  init(_ shared: EndpointRoute, caller: String) {
    self.shared = shared
    self.caller = caller
  }

  /// A route with these parts.
  public init(
    api: Int, lane: Int, account: String? = nil, caller: String, ownKey: String? = nil,
    endpoint: String, charges: [Charge], repeatability: Repeatability = .once, batch: String? = nil
  ) {
    shared = EndpointRoute(
      api: api, lane: lane, label: endpoint, charges: charges, repeatability: repeatability)
    self.caller = caller
    extras = Extras(account: account, ownKey: ownKey, batch: batch, repeatability: repeatability)
  }
}
