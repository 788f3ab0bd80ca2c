import Policy
import Testing

@Suite("An account in a body") struct AccountBodyTests {
  func router(_ selectors: [AccountSelector]) -> Router {
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 8080)
    let api = Api(
      name: "a", origin: Origin(isSecure: true, host: "a.example", port: 443),
      hosts: ["a.example"], accountSelectors: selectors, lanes: [Lane(name: "other")])
    return Router(Rulebook(proxies: [ListenRule(address)], admin: ListenRule(address), apis: [api]))
  }

  func account(
    _ selectors: [AccountSelector], target: String = "/x", header: String? = nil, body: String?
  ) -> (account: String?, reads: Int) {
    var reads = 0
    let route = router(selectors).route(
      api: 0, method: "POST", target: target, field: { $0 == "x-account" ? header : nil },
      caller: "c", ownKey: nil,
      body: {
        reads += 1
        return body.map { Array($0.utf8) }
      })
    return (route.account, reads)
  }

  @Test(
    "is the text or number at its path",
    arguments: [
      (#"{"data": {"id": "acme"}}"#, "acme"), (#"{"data": {"id": 7}}"#, "7"),
      (#"{"data": {"id": "\u0061\"b"}}"#, "a\"b"), (#"{"a": [1], "data": {"id": "x"}, "#, "x"),
      (#"{"data": {"id": ""}}"#, nil), (#"{"data": {"id": null}}"#, nil),
      (#"{"data": {"id": true}}"#, nil), (#"{"data": {"id": {}}}"#, nil),
      (#"{"data": ["id"]}"#, nil), (#"{"id": "acme"}"#, nil), ("", nil), ("data=id", nil),
      (nil, nil),
    ] as [(String?, String?)])
  func paths(body: String?, expected: String?) {
    #expect(account([.json(["data", "id"])], body: body).account == expected)
  }

  @Test("is bounded like every name")
  func bounded() {
    let body = #"{"id": ""# + String(repeating: "a", count: 5_000) + #""}"#
    #expect(account([.json(["id"])], body: body).account?.utf8.count == 256)
  }

  @Test("is looked for in order, and the body is read at most once")
  func order() throws {
    let path = AccountSelector.path(try #require(PathPattern("/b/{account}/**")))
    let selectors = [path, .header("x-account"), .json(["id"]), .json(["other"])]
    let body = #"{"other": "o"}"#
    #expect(account(selectors, target: "/b/p", header: "h", body: body) == ("p", 0))
    #expect(account(selectors, header: "h", body: body) == ("h", 0))
    #expect(account(selectors, body: body) == ("o", 1))
    #expect(account(selectors, body: nil) == (nil, 1))
    #expect(account([.json(["other"]), path], target: "/b/p", body: body) == ("o", 1))
    #expect(account([.json(["none"]), path], target: "/b/p", body: body) == ("p", 1))
    #expect(account([path, .header("x-account")], body: body) == (nil, 0))
  }

  @Test("makes a body necessary only where no path before it names the account")
  func needs() throws {
    let path = AccountSelector.path(try #require(PathPattern("/b/{account}/**")))
    func needs(_ selectors: [AccountSelector], _ method: String, _ target: String) -> Bool {
      router(selectors).route(api: 0, method: method, target: target).needsBody
    }
    #expect(needs([path, .json(["id"])], "POST", "/x"))
    #expect(needs([.header("x-account"), .credential, .json(["id"])], "GET", "/b/p"))
    #expect(needs([.json(["id"]), path], "POST", "/b/p"))
    #expect(!needs([path, .json(["id"])], "POST", "/b/p/q?x"))
    #expect(!needs([.json(["id"])], "TRACE", "/x"))
    #expect(!needs([path, .header("x-account"), .credential], "POST", "/x"))
    #expect(!needs([], "POST", "/x"))
  }
}
