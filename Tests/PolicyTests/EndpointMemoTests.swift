import Policy
import Seeding
import Testing

@Suite struct EndpointMemoTests {
  @Test func `It says what the router says, however often it is asked`() throws {
    let seed: UInt64 = 0x5EED_0E01
    var random = SplitMix64(seed: seed)
    let router = try RouterTests.router()
    var memo = EndpointMemo()
    let pieces = ["/", "/b", "/1", "/videos", "/%76ideos", "/..", "?", "#", "/x", "a=b"]
    let methods = ["GET", "POST", "PURGE", "GE", ""]
    var kept = 0
    for round in 0..<20_000 {
      let count = Int.random(in: 0...5, using: &random)
      var target = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      if round % 100 == 0 { target = String(repeating: "/long", count: 60) + target }
      let method = methods.randomElement(using: &random) ?? ""
      let api = Int.random(in: 0...2, using: &random)
      let found = memo.route(
        api: api, method: Array(method.utf8)[...], target: Array(target.utf8)[...], by: router)
      let expected = router.route(api: api, method: method, target: target)
      let place = "seed \(seed), round \(round): \(method) \(target) of \(api)"
      #expect(found.api == expected.api && found.lane == expected.lane, "\(place)")
      #expect(found.label == expected.label && found.charges == expected.charges, "\(place)")
      let again = memo.route(
        api: api, method: Array(method.utf8)[...], target: Array(target.utf8)[...], by: router)
      #expect(again.label == expected.label, "\(place)")
      if found === again { kept += 1 }
    }
    #expect(kept == 20_000 - 200, "all but those that are too long: \(kept)")
  }

  @Test func `The query does not count`() throws {
    let router = try RouterTests.router()
    var memo = EndpointMemo()
    func route(_ target: String) -> EndpointRoute {
      memo.route(
        api: 0, method: Array("GET".utf8)[...], target: Array(target.utf8)[...], by: router)
    }
    let first = route("/b/acme/videos?page=1")
    #expect(first === route("/b/acme/videos?page=2") && first === route("/b/acme/videos"))
    #expect(first !== route("/b/acme/videos/") && first !== route("/b/other/videos"))
    let named = router.route(first, field: { _ in nil }, caller: "c", ownKey: nil)
    #expect(named.account == "acme" && named.endpoint == "GET /b/*/videos")
  }
}
