import Policy
import Testing

@Suite("A network") struct NetworkTests {
  @Test(
    "has the addresses that share its leading bits",
    arguments: [
      ([10, 0, 0, 0], 8, [10, 255, 1, 2], true), ([10, 0, 0, 0], 8, [11, 0, 0, 0], false),
      ([172, 16, 0, 0], 12, [172, 31, 255, 255], true),
      ([172, 16, 0, 0], 12, [172, 32, 0, 0], false), ([0, 0, 0, 0], 0, [255, 1, 2, 3], true),
      ([1, 2, 3, 4], 32, [1, 2, 3, 4], true), ([1, 2, 3, 4], 32, [1, 2, 3, 5], false),
      ([1, 2, 3, 4], 31, [1, 2, 3, 5], true), ([1, 2, 3, 4], 31, [1, 2, 3, 6], false),
      ([128, 0, 0, 0], 1, [255, 0, 0, 0], true), ([128, 0, 0, 0], 1, [127, 0, 0, 0], false),
    ] as [([UInt8], Int, [UInt8], Bool)])
  func contains(address: [UInt8], prefix: Int, other: [UInt8], expected: Bool) {
    #expect(Network(address: address, prefix: prefix).contains(other) == expected)
  }

  @Test("of one family has no address of the other")
  func families() {
    let none = [UInt8](repeating: 0, count: 16)
    #expect(!Network(address: [0, 0, 0, 0], prefix: 0).contains(none))
    #expect(!Network(address: none, prefix: 0).contains([0, 0, 0, 0]))
    #expect(Network(address: none, prefix: 0).contains([UInt8](repeating: 255, count: 16)))
    #expect(Network(address: none, prefix: 128).contains(none))
  }
}
