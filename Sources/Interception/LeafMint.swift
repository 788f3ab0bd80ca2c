import COpenSSL
import Encrypting
import Timekeeping

/// Makes and keeps the certificates of an authority: one key for all, one certificate for each host.
final class LeafMint {
  private static let life: Int64 = 30 * 86_400
  private static let slack: Int64 = 86_400

  let authority: CertificateAuthority
  let key: PrivateKey
  private var cache: LeafCache
  /// What one more certificate costs of a second.
  private let cost: Duration
  /// Up to when the time for making certificates is spent; a second of it can be saved up.
  private var spent = Instant(nanoseconds: .min)

  init(_ authority: CertificateAuthority, key: PrivateKey, bound: Int, perSecond: Int) {
    self.authority = authority
    self.key = key
    cache = LeafCache(bound: bound)
    cost = .nanoseconds(1_000_000_000 / Int64(max(1, min(perSecond, 1_000_000))))
  }

  /// The host's certificate, made if there is none that is good.
  func leaf(
    for host: HostName, at now: Instant, wall: WallTime
  ) throws(TLSFailure) -> Certificate {
    let kept = cache.find(host).flatMap { $0.notBefore <= wall && wall < $0.notAfter ? $0 : nil }
    if let kept, wall < kept.renewal { return kept.certificate }
    do {
      let leaf = try make(for: host, at: now, wall: wall)
      cache.keep(leaf, for: host)
      return leaf.certificate
    } catch {
      // One that is past half of its life is still good.
      if let kept { return kept.certificate }
      throw error
    }
  }

  private func make(
    for host: HostName, at now: Instant, wall: WallTime
  ) throws(TLSFailure) -> Leaf {
    guard authority.mayVouch(for: host) else {
      throw TLSFailure(
        .notAllowed, "the authority in \(authority.file) may not vouch for \(host.text)")
    }
    guard authority.notBefore <= wall, wall < authority.notAfter else {
      throw TLSFailure(.notAllowed, "the authority in \(authority.file) is not valid now")
    }
    try charge(at: now)
    let notBefore = max(wall + .seconds(-LeafMint.slack), authority.notBefore)
    let notAfter = min(wall + .seconds(LeafMint.life), authority.notAfter)
    defer { ErrorQueue.clear() }
    guard let made = sign(host, from: notBefore, to: notAfter) else {
      throw TLSFailure(.broken, "no certificate for \(host.text): \(ErrorQueue.text)")
    }
    let half = (notAfter - wall) / 2
    return Leaf(
      certificate: made, notBefore: notBefore, renewal: wall + half, notAfter: notAfter)
  }

  /// Spends the time one certificate takes, if there is any left.
  private func charge(at now: Instant) throws(TLSFailure) {
    let after = max(spent, now - .seconds(1)) + cost
    guard after <= now else {
      throw TLSFailure(
        .tooManyCertificates, "more certificates are asked for than are made in a second")
    }
    spent = after
  }

  private func sign(
    _ host: HostName, from notBefore: WallTime, to notAfter: WallTime
  ) -> Certificate? {
    guard var builder = CertificateBuilder(for: key, from: notBefore, to: notAfter) else {
      return nil
    }
    var subject = [(field: "O", text: "Penstock")]
    // An address is no common name: verifiers take it for a DNS name there. 64 is X.520's bound.
    if host.address == nil, host.text.utf8.count <= 64 { subject.append(("CN", host.text)) }
    builder.name(subject)
    builder.issue(by: authority.certificate)
    builder.add(NID_basic_constraints, "critical,CA:FALSE")
    builder.add(NID_key_usage, "critical,digitalSignature")
    builder.add(NID_ext_key_usage, "serverAuth")
    builder.add(NID_subject_key_identifier, "hash")
    if X509_get0_subject_key_id(authority.certificate.pointer) != nil {
      builder.add(NID_authority_key_identifier, "keyid:always", issuer: authority.certificate)
    }
    builder.add(subject: host)
    return builder.signed(with: authority.key)
  }
}
