import Policy
import Testing

@Suite("What may be repeated") struct RepeatabilityTests {
  func router(_ rule: IdempotencyRule?) -> Router {
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 8080)
    let api = Api(
      name: "a", origin: Origin(isSecure: true, host: "a.example", port: 443),
      hosts: ["a.example"], idempotency: rule, lanes: [Lane(name: "other")])
    return Router(Rulebook(proxies: [ListenRule(address)], admin: ListenRule(address), apis: [api]))
  }

  @Test(
    "goes by the method, and by the key a request has or gets",
    arguments: [
      ("GET", .idempotent, .idempotent, .idempotent),
      ("HEAD", .idempotent, .idempotent, .idempotent),
      ("OPTIONS", .idempotent, .idempotent, .idempotent),
      ("PUT", .idempotent, .idempotent, .idempotent),
      ("DELETE", .idempotent, .idempotent, .idempotent),
      ("TRACE", .idempotent, .idempotent, .idempotent),
      ("POST", .once, .keyed, .keyed), ("PATCH", .once, .keyed, .keyed),
      ("post", .once, .once, .keyed), ("PURGE", .once, .once, .keyed),
      ("get", .once, .once, .keyed),
    ] as [(String, Repeatability, Repeatability, Repeatability)])
  func methods(method: String, bare: Repeatability, added: Repeatability, keyed: Repeatability) {
    func found(_ rule: IdempotencyRule?, _ key: String?) -> Repeatability {
      router(rule).route(
        api: 0, method: method, target: "/", field: { $0 == "x-once" ? key : nil }, caller: "c",
        ownKey: nil
      ).repeatability
    }
    #expect(found(nil, "k") == bare)
    #expect(found(IdempotencyRule(header: "x-once"), nil) == bare)
    #expect(found(IdempotencyRule(header: "x-once"), "") == bare)
    #expect(found(IdempotencyRule(header: "x-other"), "k") == bare)
    #expect(found(IdempotencyRule(header: "x-once", adds: true), nil) == added)
    #expect(found(IdempotencyRule(header: "x-once"), "k") == keyed)
  }
}
