import Testing

@testable import HTTPWire
@testable import Proxy

@Suite struct LocalNameTests {
  @Test(
    arguments: [
      ("localhost", true), ("LocalHost", true), ("a.localhost", true), ("A.b.LOCALHOST", true),
      (".localhost", true), ("alocalhost", false), ("localhost.", false), ("localhos", false),
      ("localhost.example", false), ("127.0.0.1", true), ("127.9", true), ("127.", true),
      ("127", false), ("127.0.0.1.example", false), ("127.0.0.x", false), ("128.0.0.1", false),
      ("0127.0.0.1", false), ("[::1]", true), ("::1", true), ("[::2]", false), ("[::11]", false),
      ("example.com", false), ("", false), ("[", false), ("[]", false),
    ])
  func `base URLs are served under names of this machine alone`(host: String, isLocal: Bool) {
    let block = FieldBlock(bytes: Array("Host: \(host)\r\n".utf8), fields: [], optionHashes: 0)
    let range = ByteRange(start: 6, count: Int32(host.utf8.count))
    #expect(LocalName.isLocal(block, range) == isLocal)
  }

  @Test(
    arguments: [
      ("API.x", "api.x", true), ("[::1]", "::1", true), ("::1", "::1", true),
      ("api.y", "api.x", false), ("api.xx", "api.x", false), ("[api.x]", "api.x", true),
    ])
  func `a host is the one that CONNECT named in any case`(
    host: String, named: String, isSame: Bool
  ) {
    let block = FieldBlock(bytes: Array(host.utf8), fields: [], optionHashes: 0)
    let range = ByteRange(start: 0, count: Int32(host.utf8.count))
    #expect(LocalName.isSame(block, range, as: named) == isSame)
    #expect((LocalName.normalised(block, range) == named) == isSame)
  }
}
