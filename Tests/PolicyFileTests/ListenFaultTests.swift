import PolicyFile
import Testing

@Suite("Faults in where Penstock listens") struct ListenFaultTests {
  static let noAddress =
    " is no address to listen on, allowed: a numeric address and a port, such as 127.0.0.1:8080 "
    + "or [::1]:8080, unix:/path or systemd:NAME"
  static let open =
    " is reachable from other machines and asks nobody who they are, allowed: users: required, "
    + "tls with clients, or an address of 127.0.0.0/8 or [::1]"
  static let octal = "three octal digits behind a 0 that let the owner connect, such as 0660"
  static let noPath =
    " has no absolute path, allowed after unix: one such as /run/penstock/proxy.sock"
  static let noName =
    " names no socket, allowed after systemd: 1 to 255 visible ASCII characters without :, as in "
    + "FileDescriptorName="
  static let long = "unix:/" + String(repeating: "p", count: 107)
  static let tls = "address: 0.0.0.0:1, tls: { certificate: /c, key: /k"

  /// Texts behind `listen: { proxy: `, so that the first column is 18.
  @Test(
    "by callers tell what was read and what is allowed",
    arguments: [
      (
        "[]",
        """
        18: found an empty list, allowed for proxy: an address such as 127.0.0.1:8080 or a list \
        of them
        """
      ),
      ("[[]]", "19: found a list, allowed for proxy: an address such as 127.0.0.1:8080"),
      ("", "18: found nothing, allowed for proxy: an address such as 127.0.0.1:8080"),
      ("unix:run/p.sock", "18: \"unix:run/p.sock\"\(noPath)"),
      ("\"unix:\"", "18: \"unix:\"\(noPath)"), ("unix:/run/", "18: \"unix:/run/\"\(noPath)"),
      ("\"unix:/a\\n\"", "18: \"unix:/a\\u{a}\"\(noPath)"),
      (
        long,
        "18: \"\(long.prefix(40))...\" is 108 bytes long behind unix:, allowed: 107"
      ),
      ("\"systemd:\"", "18: \"systemd:\"\(noName)"),
      ("\"systemd:a b\"", "18: \"systemd:a b\"\(noName)"),
      ("systemd:a:b", "18: \"systemd:a:b\"\(noName)"),
      ("localhost:80", "18: \"localhost:80\"\(noAddress)"),
      ("127.0.0.1", "18: \"127.0.0.1\"\(noAddress)"),
      ("127.0.0.1:65536", "18: \"127.0.0.1:65536\"\(noAddress)"),
      ("http://ada:secret@127.0.0.1:80", "18: this\(noAddress)"),
      ("127.1:80", "18: \"127.1:80\"\(noAddress)"),
      ("UNIX:/run/p", "18: \"UNIX:/run/p\"\(noAddress)"),
      ("0.0.0.0:80", "18: \"0.0.0.0:80\"\(open)"), ("\"[::]:80\"", "18: \"[::]:80\"\(open)"),
      ("\"[::ffff:127.0.0.1]:80\"", "18: \"[::ffff:127.0.0.1]:80\"\(open)"),
      ("{ address: 10.0.0.1:80 }", "29: \"10.0.0.1:80\"\(open)"),
      ("{ \(tls) } }", "29: \"0.0.0.0:1\"\(open)"),
      (
        "{ mode: \"0660\" }",
        "18: this listener has no address, allowed: one such as address: 127.0.0.1:8080"
      ),
      (
        "{ address: 127.0.0.1:80, adress: x }",
        """
        43: unknown word "adress", allowed in proxy: address, mode, tls, users; did you mean \
        "address"?
        """
      ),
      (
        "{ address: 127.0.0.1:80, mode: \"0660\" }",
        "43: \"mode\" means nothing to 127.0.0.1:80, allowed: with an address of unix:"
      ),
      (
        "{ address: systemd:p, mode: \"0660\" }",
        "40: \"mode\" means nothing to systemd:p, allowed: with an address of unix:"
      ),
      ("{ address: unix:/p, mode: 0880 }", "44: found \"0880\", allowed for mode: \(octal)"),
      ("{ address: unix:/p, mode: 66 }", "44: found \"66\", allowed for mode: \(octal)"),
      ("{ address: unix:/p, mode: 4660 }", "44: found \"4660\", allowed for mode: \(octal)"),
      ("{ address: unix:/p, mode: \"0060\" }", "44: found \"0060\", allowed for mode: \(octal)"),
      (
        "{ address: unix:/p, mode: \"0666\" }",
        """
        44: found "0666", which lets every user of this machine connect, allowed for mode: one \
        that ends with 0, 1, 4 or 5, such as 0660
        """
      ),
      (
        "{ address: unix:/p, tls: { certificate: /c, key: /k } }",
        "38: \"tls\" means nothing to unix:/p, allowed: with a TCP address or systemd:"
      ),
      (
        "{ address: systemd:p, tls: { key: /k } }",
        "45: tls has no certificate, allowed: one such as certificate: /etc/penstock/tls/cert.pem"
      ),
      (
        "{ address: systemd:p, tls: { certificate: c, key: /k } }",
        """
        60: found "c", allowed for certificate: an absolute path such as \
        /etc/penstock/tls/cert.pem
        """
      ),
      (
        "{ address: systemd:p, tls: { certificate: /c, key: MIIEvQ } }",
        """
        69: this is no absolute path, allowed for key: an absolute path such as \
        /etc/penstock/tls/key.pem
        """
      ),
      (
        "{ address: systemd:p, users: all }",
        "47: found \"all\", allowed for users: required"
      ),
      (
        "{ address: systemd:p, users: required }",
        "47: the file names no users to require, allowed: users: /etc/penstock/users at its top"
      ),
      (
        "127.0.0.1:80, admin: 127.0.0.1:80",
        "39: admin and proxy are both 127.0.0.1:80, allowed: two different addresses"
      ),
      (
        "{ address: unix:/p, mode: \"0600\" }, admin: unix:/p",
        "61: admin and proxy are both unix:/p, allowed: two different addresses"
      ),
      (
        "127.0.0.1:9090",
        "18: admin and proxy are both 127.0.0.1:9090, allowed: two different addresses"
      ),
      ("[127.0.0.1:1, 127.0.0.1:1]", "32: address 127.0.0.1:1 stands twice, allowed: once"),
      (
        "[systemd:a, { address: systemd:a, tls: { certificate: /c, key: /k } }]",
        "30: address systemd:a stands twice, allowed: once"
      ),
    ] as [(String, String)])
  func proxy(text: String, expected: String) {
    let found = Sample.faults("listen: { proxy: \(text) }\n\(TopFaultTests.api)")
    let isNothing = text.isEmpty
    #expect(
      found.map { isNothing ? String($0.drop { $0 != " " }) : $0 }
        == [isNothing ? String(expected.drop { $0 != " " }) : "1:" + expected])
  }

  @Test(
    "by operators tell what was read and what is allowed",
    arguments: [
      (
        "0.0.0.0:9090",
        """
        18: "0.0.0.0:9090" is reachable from other machines, allowed for admin: an address of \
        127.0.0.0/8 or [::1], unix: or systemd:
        """
      ),
      (
        "{ address: 127.0.0.1:1, users: required }",
        "42: unknown word \"users\", allowed in admin: address, mode, token"
      ),
      (
        "{ address: 127.0.0.1:1, token: 0123456789abcdef }",
        "49: a secret must not stand in this file"
      ),
      (
        "{ address: 127.0.0.1:1, token: env:SHORT }",
        """
        49: the token is too short, allowed: at least 16 bytes, such as those openssl rand -hex \
        16 makes
        """
      ),
      ("{ token: env:TOKEN }", "18: this listener has no address"),
      ("[127.0.0.1:1]", "18: found a list, allowed for admin: an address such as 127.0.0.1:8080"),
    ] as [(String, String)])
  func admin(text: String, expected: String) {
    let found = Sample.faults("listen: { admin: \(text) }\n\(TopFaultTests.api)")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("1:" + expected) == true, "\(found)")
    #expect(!found.joined().contains("0123456789abcde"))
  }

  @Test("of the whole place tell what it is")
  func whole() {
    #expect(
      Sample.faults("listen: 127.0.0.1:8080\n\(TopFaultTests.api)") == [
        "1:9: found a text, allowed in listen: a map of admin, proxy"
      ])
  }

  @Test(
    "never let an origin be Penstock itself",
    arguments: [
      ("127.0.0.1:8080", "127.0.0.1:8080", true), ("127.0.0.1:8080", "localhost:8080", true),
      ("0.0.0.0:8080", "127.0.0.1:8080", true), ("0.0.0.0:8080", "127.8.8.8:8080", true),
      ("\"[::]:8080\"", "[::1]:8080", true), ("\"[::]:8080\"", "localhost:8080", true),
      ("0.0.0.0:8080", "0.0.0.0:8080", true), ("0.0.0.0:8080", "127.0.0.1:8081", false),
      ("127.0.0.1:8080", "127.0.0.2:8080", false), ("unix:/p", "127.0.0.1:8080", false),
      ("127.0.0.1:0", "127.0.0.1:8080", false),
    ])
  func own(listener: String, origin: String, isOwn: Bool) {
    let text = """
      listen: { proxy: { address: \(listener), users: required } }
      users: /run/users
      apis: { a: { origin: "http://\(origin)" } }
      """
    #expect(
      Sample.faults(text)
        == (isOwn
          ? ["3:22: this origin is Penstock's own address, allowed: the address of the API"] : []))
  }
}
