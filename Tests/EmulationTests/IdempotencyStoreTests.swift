import Testing
import Timekeeping

@testable import Emulation

struct IdempotencyStoreTests {
  private func request(_ body: String = "") -> EmulatedRequest {
    EmulatedRequest(
      method: "POST", target: "/", field: { _ in nil }, body: RequestBody(body))
  }

  private func moment(_ seconds: Int64) -> ArrivalMoment {
    let now = Instant(nanoseconds: seconds * 1_000_000_000)
    return ArrivalMoment(now: now, wall: WallTime(secondsSinceEpoch: seconds))
  }

  @Test func `What is kept is bounded, the oldest goes first`() {
    var store = IdempotencyStore(capacity: 3)
    for index in 0..<10 {
      let name = IdempotencyStore.Name(owner: "a", key: "\(index)")
      let moment = moment(Int64(index))
      guard case .fresh = store.standing(of: name, for: request(), at: moment.now) else {
        Issue.record("key \(index) was never used")
        continue
      }
      store.keep(ProviderAnswer(200, [], "\(index)"), to: request(), as: name, at: moment)
      #expect(store.count <= 3)
    }
    let standings = [6, 7, 9].map { index in
      let name = IdempotencyStore.Name(owner: "a", key: "\(index)")
      return store.standing(of: name, for: request(), at: moment(10).now)
    }
    guard case .fresh = standings[0], case .replay(let seventh) = standings[1],
      case .replay(let ninth) = standings[2]
    else {
      Issue.record("\(standings)")
      return
    }
    #expect(seventh.body == "7" && ninth.body == "9")
  }

  @Test func `What has expired takes no place`() {
    var store = IdempotencyStore(capacity: 3)
    for index in 0..<3 {
      let name = IdempotencyStore.Name(owner: "a", key: "\(index)")
      store.keep(ProviderAnswer(200, [], ""), to: request(), as: name, at: moment(Int64(index)))
    }
    let other = IdempotencyStore.Name(owner: "b", key: "0")
    _ = store.standing(of: other, for: request(), at: moment(86_401).now)
    #expect(store.count == 1)
  }

  @Test(arguments: [
    ("", nil), (#"{"max_count":7}"#, 7), (#"{ "max_count" : 100, "x":1}"#, 100),
    (#"{"max_count":-3}"#, -3), (#"{"max_count":"7"}"#, nil), (#"{"max_count"}"#, nil),
    (#"{"max_counts":7}"#, nil), (#"{"max_count":99999999999999999999}"#, nil),
  ])
  func `A number is read from the beginning of a body`(_ text: String, _ number: Int?) {
    #expect(RequestBody(text).number(of: "max_count") == number)
  }

  @Test func `Of a body little is kept, however it comes, and all of it tells it apart`() {
    let long = String(repeating: "abc", count: 50_000)
    var pieces = RequestBody()
    for piece in stride(from: 0, to: long.utf8.count, by: 7_001) {
      pieces.append(Array(long.utf8.dropFirst(piece).prefix(7_001)))
    }
    #expect(pieces == RequestBody(long))
    #expect(pieces.length == 150_000 && pieces.beginning.count == RequestBody.kept)
    #expect(
      pieces != RequestBody(long + "d") && pieces != RequestBody(String(long.dropLast()) + "d"))
  }

  @Test func `Without a fingerprint only the size and the beginning tell bodies apart`() {
    let bodies = ["a", "b"].map { end in
      var body = RequestBody(isFingerprinted: false)
      body.append(Array((String(repeating: "x", count: RequestBody.kept) + end).utf8))
      return body
    }
    #expect(bodies[0] == bodies[1])
    #expect(bodies[0].length == Int64(RequestBody.kept + 1))
  }
}
