import ArgumentParser
import Interception
import Policy
import Timekeeping

/// What an operator is told of an authority.
enum AuthorityCard {
  /// The files of a policy's authority, or a complaint that it has none.
  static func files(of rulebook: Rulebook, in config: String) throws -> AuthorityFiles {
    if let files = rulebook.authority { return files }
    complain(
      "\(config): the policy names no authority, allowed: "
        + "ca: { certificate: /etc/penstock/ca.pem, key: /etc/penstock/ca.key }")
    throw ExitCode(2)
  }

  /// Its names, dates and hosts.
  static func text(of authority: CertificateAuthority, _ files: AuthorityFiles) -> String {
    let hosts = authority.hosts.map { $0.joined(separator: ", ") } ?? "every host"
    return """
      certificate  \(files.certificate)
      key          \(files.key)
      subject      \(authority.subject)
      SHA-256      \(authority.fingerprint)
      valid        \(ISODate.text(of: authority.notBefore)) to \(ISODate.text(of: authority.notAfter))
      vouches for  \(hosts)

      """
  }

  /// How callers come to trust it; each line can be pasted.
  static func trust(_ files: AuthorityFiles) -> String {
    let path = files.certificate
    return """
      Callers must trust the certificate. Copy it to them, never the key.

      Debian, Ubuntu: everything that uses the system's store (curl, wget, git, Go)
        sudo install -m 644 \(path) /usr/local/share/ca-certificates/penstock.crt
        sudo update-ca-certificates
      curl
        curl --cacert \(path) ...
      Python with requests; these need the other authorities too
        cat /etc/ssl/certs/ca-certificates.crt \(path) > bundle.pem
        export REQUESTS_CA_BUNDLE=$PWD/bundle.pem
      OpenSSL, Python's own ssl, Ruby, Go
        export SSL_CERT_FILE=$PWD/bundle.pem
      Node.js
        export NODE_EXTRA_CA_CERTS=\(path)
      Java
        keytool -importcert -cacerts -alias penstock -file \(path)

      Not every client holds an authority it trusts to the hosts that this names (RFC 5280
      section 6.1 leaves it open): nobody else may get at the key.

      """
  }
}
