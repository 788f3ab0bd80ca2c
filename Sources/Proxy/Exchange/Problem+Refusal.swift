import Admission
import Dialing
import HTTPWire
import Timekeeping

extension Problem {
  /// A refusal of the admission engine: 503, or 424 for the rest of a batch, with the limit and
  /// when to come back.
  init(_ refusal: Refusal, provider: ProviderAnswer? = nil) {
    let (status, kind) =
      switch refusal.reason {
      case .laneFull, .queueFull, .tooManyBuckets: (503, "queue-full")
      case .deadline: (503, "deadline")
      case .attempts: (503, "attempts-exhausted")
      case .neverFits: (503, "never-fits")
      case .quota: (503, "quota-exhausted")
      case .keyOut: (503, "keys-out")
      case .closed: (503, "account-closed")
      case .batchFailed: (424, "batch-failed")
      case .draining: (503, "draining")
      }
    self.init(status, kind, refusal.detail)
    limit = refusal.limit
    retryAfter = refusal.retryAfter
    self.provider = provider
  }

  /// Bytes that are not HTTP/1.1 as we accept it.
  init(_ error: WireError) {
    self.init(error.status, "malformed-request", error.reason, closes: true)
  }

  /// No connection to the origin came about.
  init(_ failure: DialFailure) {
    let (status, detail) =
      switch failure.kind {
      case .dnsError: (502, "the origin's name could not be resolved")
      case .connectionTimeout: (504, "the origin did not answer the connect in time")
      case .connectionRefused: (502, "the origin could not be connected to")
      case .tlsProtocolError: (502, "the TLS handshake with the origin failed")
      case .tlsCertificateError: (502, "the origin's certificate is not to be trusted")
      case .destinationProhibited: (403, "the destination's address may not be dialled")
      case .resourcesExhausted: (503, "no resources for another connection")
      case .lookUpsExhausted: (503, "too many names are being looked up")
      }
    self.init(status, failure.kind.rawValue, detail)
    if status == 503 { retryAfter = .seconds(1) }
  }

  /// The client stopped sending its body.
  static let slowBody = Problem(
    408, "request-timeout", "the request's body took too long", closes: true)

  /// The request's body is larger than the policy allows.
  static let largeBody = Problem(
    413, "body-too-large", "the request's body is larger than the policy allows")

  /// The process is near its bound of memory.
  static let overloaded = Problem(
    "overloaded", "there is no memory for more requests", retryAfter: .seconds(5))

  /// The heads of the requests that wait take all the room there is for them.
  static let parkedFull = Problem(
    "queue-full", "the requests that wait leave no room for another one", retryAfter: .seconds(1))

  /// A refusal for want of room: 503, and when to come back.
  private init(_ kind: String, _ detail: String, retryAfter: Duration) {
    self.init(503, kind, detail)
    self.retryAfter = retryAfter
  }

  /// The origin's answer broke off or is not HTTP/1.1 as we accept it.
  static func badAnswer(_ detail: String) -> Problem { Problem(502, "bad-answer", detail) }
}
