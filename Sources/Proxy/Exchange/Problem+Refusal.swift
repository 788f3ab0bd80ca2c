import Admission
import Dialing
import HTTPWire

extension Problem {
  /// A refusal of the admission engine: 503, with the limit and when to come back.
  init(_ refusal: Refusal, provider: ProviderAnswer? = nil) {
    let kind =
      switch refusal.reason {
      case .laneFull, .queueFull, .tooManyBuckets: "queue-full"
      case .deadline: "deadline"
      case .attempts: "attempts-exhausted"
      case .neverFits: "never-fits"
      case .draining: "draining"
      }
    self.init(503, kind, refusal.detail)
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
      }
    self.init(status, failure.kind.rawValue, detail)
    if status == 503 { retryAfter = .seconds(1) }
  }

  /// The origin's answer broke off or is not HTTP/1.1 as we accept it.
  static func badAnswer(_ detail: String) -> Problem { Problem(502, "bad-answer", detail) }
}
