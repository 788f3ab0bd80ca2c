import Emulation
import Testing

struct LoopbackAddressTests {
  @Test(
    arguments: [
      ("127.0.0.1:0", "127.0.0.1", 0), ("127.0.0.1:8080", "127.0.0.1", 8080),
      ("127.255.0.9:65535", "127.255.0.9", 65535), ("localhost:80", "127.0.0.1", 80),
      ("[::1]:443", "::1", 443),
    ] as [(String, String, UInt16)])
  func `An address of this machine alone is taken`(
    _ text: String, _ host: String, _ port: UInt16
  ) throws {
    let address = try LoopbackAddress.parse(text)
    #expect(address.host == host)
    #expect(address.port == port)
  }

  @Test(arguments: [
    "0.0.0.0:80", "192.168.0.1:80", "8.8.8.8:80", "[::]:80", "[fe80::1]:80", "example.com:80",
    ":80", "127.1:80", "127.0.0.256:80", "127.0.0.01:80", "127.0.0.:80", "127.0.0.1.1:80",
    "0127.0.0.1:80", "::1:80", "127.0.0.+1:80", "[::ffff:127.0.0.1]:80",
  ])
  func `An address that others may reach is refused with the reason`(_ text: String) {
    let misread = #expect(throws: LoopbackAddress.Misread.self) { try LoopbackAddress.parse(text) }
    let words = misread?.description ?? ""
    #expect(words.hasPrefix("\"\(text)\" is no loopback address: an emulated provider"), "\(words)")
    #expect(words.contains("127.0.0.1:PORT"))
  }

  @Test(arguments: [
    "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "localhost",
    "127.0.0.1:+80", "127.0.0.1: 80",
  ])
  func `What has no port is refused with an example`(_ text: String) {
    let misread = #expect(throws: LoopbackAddress.Misread.self) { try LoopbackAddress.parse(text) }
    let words = misread?.description ?? ""
    #expect(words.hasPrefix("\"\(text)\" is no address, allowed: "), "\(words)")
  }
}
