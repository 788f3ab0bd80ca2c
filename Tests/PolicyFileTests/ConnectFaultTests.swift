import Policy
import PolicyFile
import Testing

@Suite("CONNECT, upgrades and hosts nobody declares") struct ConnectFaultTests {
  static let ca = "ca: { certificate: /c, key: /k }\n"
  static let noNetwork =
    " is no network, allowed: a numeric address and how many of its bits count, such as "
    + "10.0.0.0/8 or fd00::/8"

  @Test(
    "tell what is wrong at the top of the file",
    arguments: [
      (
        "connect: intercpet",
        """
        1:10: found "intercpet", allowed for connect: intercept, tunnel, refuse; did you mean \
        "intercept"?
        """
      ),
      (
        "connect: intercept",
        """
        1:10: interception signs with a certificate authority and the file has none, allowed for \
        connect: tunnel, refuse, or ca: { certificate, key } at the top of the file
        """
      ),
      ("ca: /c", "1:5: found a text, allowed in ca: a map of certificate, key"),
      (
        "ca: { key: /k }",
        "1:5: ca has no certificate, allowed: one such as certificate: /etc/penstock/cert.pem"
      ),
      (
        "ca: { certificate: /c, key: MIIEvQ }",
        """
        1:29: this is no absolute path, allowed for key: an absolute path such as \
        /etc/penstock/key.pem
        """
      ),
      (
        "unknown-hosts: forwrad",
        """
        1:16: found "forwrad", allowed for unknown-hosts: forward, refuse; did you mean \
        "forward"?
        """
      ),
      (
        "unknown-hosts: [forward]",
        "1:16: found a list, allowed for unknown-hosts: forward, refuse"
      ),
      (
        "unknown-hosts: { rule: tunnel }",
        "1:24: found \"tunnel\", allowed for rule: forward, refuse"
      ),
      (
        "unknown-hosts: { port: 80 }",
        """
        1:18: unknown word "port", allowed in unknown-hosts: connect, networks, ports, rule; did \
        you mean "ports"?
        """
      ),
      (
        "unknown-hosts: { rule: refuse, ports: [80] }",
        "1:32: \"ports\" means nothing where these hosts are refused, allowed: rule: forward"
      ),
      (
        "unknown-hosts: { connect: intercept }",
        """
        1:27: interception signs with a certificate authority and the file has none, allowed for \
        connect: tunnel, refuse, or ca: { certificate, key } at the top of the file
        """
      ),
      (
        "unknown-hosts: { ports: [] }",
        "1:25: found an empty list, allowed for ports: a port such as 443 or a list of them"
      ),
      ("unknown-hosts: { ports: 0 }", "1:25: found \"0\", allowed for ports: 1 to 65535"),
      (
        "unknown-hosts: { ports: [1, 65536] }",
        "1:29: found \"65536\", allowed for ports: 1 to 65535"
      ),
      ("unknown-hosts: { ports: [1, 1] }", "1:29: \"1\" stands twice, allowed: once"),
      ("unknown-hosts: { networks: 10 }", "1:28: \"10\"\(noNetwork)"),
      ("unknown-hosts: { networks: host/8 }", "1:28: \"host/8\"\(noNetwork)"),
      ("unknown-hosts: { networks: 10.0.0.0/8/8 }", "1:28: \"10.0.0.0/8/8\"\(noNetwork)"),
      (
        "unknown-hosts: { networks: [{}] }",
        "1:29: found a map, allowed for networks: a network such as 10.0.0.0/8 or a list of them"
      ),
      (
        "unknown-hosts: { networks: 10.0.0.1 }",
        """
        1:28: "10.0.0.1" has no length, allowed: 10.0.0.1/32 for this address alone, or a \
        network such as 10.0.0.0/8
        """
      ),
      (
        "unknown-hosts: { networks: 10.0.0.0/33 }",
        "1:28: \"10.0.0.0/33\" has no such length, allowed behind /: 0 to 32"
      ),
      (
        "unknown-hosts: { networks: 10.0.0.0/08 }",
        "1:28: \"10.0.0.0/08\" has no such length, allowed behind /: 0 to 32"
      ),
      (
        "unknown-hosts: { networks: \"fd00::/129\" }",
        "1:28: \"fd00::/129\" has no such length, allowed behind /: 0 to 128"
      ),
      (
        "unknown-hosts: { networks: 10.9.0.0/8 }",
        "1:28: \"10.9.0.0/8\" has bits behind its length, allowed: 10.0.0.0/8"
      ),
      (
        "unknown-hosts: { networks: \"fd00:0:0:1::1/63\" }",
        "1:28: \"fd00:0:0:1::1/63\" has bits behind its length, allowed: fd00::/63"
      ),
      (
        "unknown-hosts: { networks: \"::ffff:10.0.0.0/104\" }",
        "1:28: \"::ffff:10.0.0.0/104\" is a network of IPv4, allowed: 10.0.0.0/8"
      ),
      (
        "unknown-hosts: { networks: [\"FD00::/8\", \"fd00:0::/8\"] }",
        "1:41: network fd00::/8 stands twice, allowed: once"
      ),
    ] as [(String, String)])
  func top(text: String, expected: String) {
    #expect(Sample.faults(text + "\n" + TopFaultTests.api) == [expected])
  }

  @Test(
    "tell what is wrong in an API",
    arguments: [
      (
        "connect: intercept",
        """
        4:14: interception signs with a certificate authority and the file has none, allowed for \
        connect: tunnel, refuse, or ca: { certificate, key } at the top of the file
        """
      ),
      ("connect: [tunnel]", "4:14: found a list, allowed for connect: intercept, tunnel, refuse"),
      (
        "upgrades: { websocket: true }",
        "4:15: found a map, allowed for upgrades: a protocol such as websocket or a list of them"
      ),
      (
        "upgrades: web socket",
        "4:15: found \"web socket\", allowed for upgrades: a protocol such as websocket"
      ),
      (
        "upgrades: [h2c]",
        """
        4:16: requests inside "h2c" would pass uncounted, allowed for upgrades: a protocol such \
        as websocket
        """
      ),
      (
        "upgrades: [websocket, WebSocket]",
        "4:27: \"WebSocket\" stands twice, allowed: once"
      ),
    ] as [(String, String)])
  func api(lines: String, expected: String) {
    #expect(Sample.faults(Sample.api(lines)) == [expected])
  }

  @Test("tell that an http:// origin has nothing to intercept, where an API asks for it itself")
  func plain() throws {
    let api = "apis: { a: { origin: http://a.example"
    #expect(
      Sample.faults("\(Self.ca)\(api), connect: intercept } }") == [
        """
        2:49: an http:// origin has no TLS to intercept, allowed for connect: tunnel, refuse, or \
        an https:// origin
        """
      ])
    let quiet = try Sample.read("\(Self.ca)connect: intercept\n\(api) } }").get()
    #expect(quiet.apis[0].connect == .refuse)
  }

  @Test(
    "never lead to a cloud's metadata",
    arguments: [
      ("169.254.169.254", true), ("169.254.170.2", true), ("100.100.100.200", true),
      ("168.63.129.16", true), ("[fd00:ec2::254]", true), ("[::ffff:169.254.169.254]", true),
      ("[::ffff:a9fe:a9fe]", true), ("[64:ff9b::a9fe:a9fe]", true),
      ("metadata.google.internal", true), ("Metadata.Google.Internal", true),
      ("169.254.169.253", false), ("10.0.0.1", false), ("[fd00:ec2::255]", false),
      ("127.0.0.1", false),
    ])
  func metadata(host: String, isMetadata: Bool) {
    let found = Sample.faults("apis: { a: { origin: \"http://\(host)\" } }")
    #expect(found.isEmpty != isMetadata)
    #expect(
      found.allSatisfy {
        $0.hasPrefix("1:22: ")
          && $0.hasSuffix(
            """
             tells this machine's own credentials to whoever asks and is never reached, allowed \
            for origin: any other host
            """)
      }, "\(found)")
  }

  @Test(
    "have defaults",
    arguments: [
      ("", .refuse, .tunnel), (ca, .intercept, .tunnel),
      (ca + "connect: tunnel\n", .tunnel, .tunnel),
      ("connect: tunnel\n", .tunnel, .tunnel),
      ("unknown-hosts: { connect: refuse }\n", .refuse, .refuse),
      ("unknown-hosts: refuse\n", .refuse, nil),
      ("unknown-hosts: { rule: refuse }\n", .refuse, nil),
    ] as [(String, ConnectRule, ConnectRule?)])
  func defaults(top: String, api: ConnectRule, rest: ConnectRule?) throws {
    let book = try Sample.read(top + TopFaultTests.api).get()
    #expect(book.apis[0].connect == api)
    #expect(book.apis.first(where: \.isCatchAll)?.connect == rest)
    #expect(book.unknownHosts.isForwarded == (rest != nil))
  }

  @Test("give the values they say")
  func values() throws {
    let book = try Sample.read(
      """
      ca: { certificate: /etc/p/ca.pem, key: /etc/p/ca.key }
      unknown-hosts: { rule: forward, ports: [8443, 443], networks: [10.0.0.0/8, "fd00::/8"] }
      apis:
        a: { origin: https://a.example, connect: tunnel, upgrades: [WebSocket, mqtt] }
        b: { origin: https://b.example, upgrades: websocket }
        c: { origin: https://c.example, upgrades: [] }
      """
    ).get()
    #expect(book.authority == AuthorityFiles(certificate: "/etc/p/ca.pem", key: "/etc/p/ca.key"))
    #expect(book.unknownHosts.ports == [443, 8443])
    #expect(
      book.unknownHosts.networks == [
        Network(address: [10, 0, 0, 0], prefix: 8),
        Network(address: [0xFD] + [UInt8](repeating: 0, count: 15), prefix: 8),
      ])
    #expect(book.apis.map(\.connect) == [.tunnel, .intercept, .intercept, .tunnel])
    #expect(book.apis.map(\.upgrades) == [["websocket", "mqtt"], ["websocket"], [], []])
  }
}
