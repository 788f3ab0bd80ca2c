import Testing

@testable import Proxy

@Suite struct ReplayBodyTests {
  private func add(_ count: Int) -> (inout [UInt8]) -> Void {
    { $0.append(contentsOf: [UInt8](repeating: 7, count: count)) }
  }

  @Test func `a body within the bound is kept, and a larger one forgotten`() {
    var room = 100
    var body = ReplayBody(expecting: .chunked, bound: 10)
    body.keep(6, in: &room, add(6))
    #expect(body.isWhole && body.bytes.count == 6 && room == 94)
    body.keep(4, in: &room, add(4))
    #expect(body.isWhole && body.bytes.count == 10 && room == 90)
    body.keep(1, in: &room, add(1))
    #expect(!body.isWhole && body.bytes.isEmpty && room == 100)
  }

  @Test func `a body is not kept where all requests together leave no room`() {
    var room = 5
    var body = ReplayBody(expecting: .length(6), bound: 10)
    body.keep(6, in: &room, add(6))
    #expect(!body.isWhole && room == 5)
  }

  @Test func `what was read ahead is held beyond the bound until it is sent, and sent once`() {
    var room = 100
    var body = ReplayBody(expecting: .length(30), bound: 10)
    #expect(body.hold(30, in: &room, add(30)))
    #expect(!body.isWhole && body.bytes.count == 30 && room == 70)
    #expect(!body.hold(71, in: &room, add(71)))
    body.forget(in: &room)
    #expect(room == 100)
  }
}
