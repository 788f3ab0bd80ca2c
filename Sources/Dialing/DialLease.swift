/// Keeps libcurl's handle for as long as its TLS connection is used: libcurl ends both together.
final class DialLease {
  private let dialer: Dialer
  private let attempt: DialAttempt

  init(_ attempt: DialAttempt, of dialer: Dialer) {
    self.attempt = attempt
    self.dialer = dialer
  }

  deinit { dialer.remove(attempt) }
}
