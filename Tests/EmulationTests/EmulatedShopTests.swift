import Emulation
import Limits
import Testing
import Timekeeping

@Suite struct EmulatedShopTests {
  static let token = ["x-tts-access-token": "a"]

  /// The limits that refused, in each of 120 seconds in which 15 requests of one endpoint come.
  private func refusals(seed: UInt64) -> [[String?]] {
    var emulator = Emulator(.tiktokShop, seed: seed)
    return (0..<120).map { second in
      emulator.elapsed = .seconds(second)
      return (0..<15).map { _ in emulator.send("GET", "/order/202309/orders", Self.token).limit }
    }
  }

  @Test func theAllowanceChangesAndThePlatformRefusesWithoutABreach() {
    let seconds = refusals(seed: 2)
    var allowances: [Set<Int>] = Array(repeating: [], count: 4)
    var busy = 0
    for (second, limits) in seconds.enumerated() {
      if limits[0] == "platform" {
        busy += 1
        #expect(limits.allSatisfy { $0 == "platform" }, "seed 2, second \(second)")
        continue
      }
      let accepted = limits.count { $0 == nil }
      #expect((6...10).contains(accepted), "seed 2, second \(second)")
      #expect(limits[accepted...].allSatisfy { $0 == "qps" })
      allowances[second / 30].insert(accepted)
    }
    #expect((1...12).contains(busy), "seed 2: \(busy) busy seconds")
    #expect(allowances.allSatisfy { $0.count == 1 }, "one allowance in 30 s: \(allowances)")
    #expect(Set(allowances).count > 1, "the allowance changes: \(allowances)")
  }

  @Test func whatHappensFollowsFromTheSeed() {
    #expect(refusals(seed: 2) == refusals(seed: 2))
    #expect(refusals(seed: 2) != refusals(seed: 3))
  }

  @Test func tokensAccountsAndEndpointsHaveAllowancesOfTheirOwn() {
    var emulator = Emulator(.tiktokShop, allow: Rate(allow: 1, per: .seconds(1)), seed: 2)
    // A second in which the platform is not busy.
    while emulator.send("GET", "/", Self.token).limit == "platform" {
      emulator.elapsed += .seconds(1)
    }
    let requests = [
      ("/", Self.token), ("/2", Self.token), ("/", ["authorization": "Bearer b"]),
      ("/", Self.token.merging(["x-account-id": "shop-2"]) { one, _ in one }),
    ]
    #expect(requests.map { emulator.send("GET", $0.0, $0.1).limit } == ["qps", nil, nil, nil])
    let refused = emulator.send("GET", "/", Self.token)
    #expect(refused.status == 429 && refused.lines.count == 2)
    #expect(refused.text.hasPrefix(#"{"code":429,"data":{},"message":"Too many requests."#))
    #expect(emulator.send("GET", "/").status == 401)
  }
}
