import Testing

@testable import Proxy

@Suite struct PeerNetworkTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("uid:1000", "uid:1000"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::", "2001:db8:1:2::/64"),
    ("2001:db8::6", "2001:db8:0:0::/64"), ("2001:db8:1:2:3::6", "2001:db8:1:2::/64"),
    ("::1", "0:0:0:0::/64"), ("::", "0:0:0:0::/64"), ("::2:3:4:5:6:7", "0:0:2:3::/64"),
    ("fe80::1", "fe80:0:0:0::/64"),
  ])
  func `an IPv6 address counts with its network`(peer: String, name: String) {
    #expect(PeerNetwork.name(of: peer) == name)
  }
}
