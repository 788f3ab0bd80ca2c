import Testing

@testable import Emulation

struct DownloadTests {
  @Test(
    arguments: [
      ("/bytes/0", 0), ("/bytes/10", 10), ("/api/ext/bytes/1048576", 1_048_576),
      ("/bytes/10737418240", 10_737_418_240), ("//bytes/1", 1), ("/bytes/bytes/2", 2),
    ] as [(String, Int64)])
  func `A path that ends in bytes and a number asks for so many`(_ path: String, _ count: Int64) {
    #expect(Download(path: path) == .bytes(count))
  }

  @Test(arguments: [
    "/bytes/", "/bytes/x", "/bytes/-1", "/bytes/10737418241", "/bytes/99999999999999999999",
    "/bytes/1.5",
  ])
  func `A number that cannot be had is told apart from other paths`(_ path: String) {
    #expect(Download(path: path) == .impossible)
  }

  @Test(arguments: ["/", "", "*", "/bytes", "bytes/5", "/bytes/5/", "/megabytes/5", "/5"])
  func `Other paths are left to the provider`(_ path: String) {
    #expect(Download(path: path) == nil)
  }
}
