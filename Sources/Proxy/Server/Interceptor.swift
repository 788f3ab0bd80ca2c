import Interception
import Policy
import Timekeeping

/// Ends the TLS of clients under certificates of the policy's authority.
enum Interceptor {
  /// Most certificates made in a second, by all workers.
  private static let mostMade = 50

  /// The server side for intercepted connections of one of `workers`; nil where the rulebook has no
  /// authority.
  ///
  /// - Throws: `StartFailure` for files that cannot be used, and for an authority that may not vouch
  ///   for every host that is to be intercepted: clients would turn down what it signs.
  static func server(
    for rulebook: Rulebook, workers: Int, at wall: WallTime
  ) throws(StartFailure) -> TLSServer? {
    guard let files = rulebook.authority else { return nil }
    let authority: CertificateAuthority
    do {
      authority = try CertificateAuthority.load(
        certificate: files.certificate, key: files.key, at: wall)
    } catch {
      throw StartFailure("\(error)")
    }
    for api in rulebook.apis where api.connect == .intercept {
      guard !api.isCatchAll || authority.hosts == nil else {
        throw StartFailure(
          "\(files.certificate): may not vouch for every host, and unknown hosts are to be "
            + "intercepted, allowed: an authority that may ('penstock ca init --any-host --replace')"
        )
      }
      for host in api.hosts where !authority.mayVouch(for: host) {
        throw StartFailure(
          "\(files.certificate): may not vouch for \(host) of the API \(api.name), allowed: an "
            + "authority for all hosts with connect: intercept ('penstock ca init --replace')")
      }
    }
    return TLSServer(
      authority: authority, bound: max(1, rulebook.bounds.certificates / workers),
      perSecond: max(1, mostMade / workers))
  }
}
