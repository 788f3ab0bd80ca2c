import Seeding
import Testing

@testable import HTTPWire

extension SplitMix64 {
  mutating func cuts(_ count: Int) -> [Int] {
    let most = Int.random(in: 0...8, using: &self)
    return (0..<most).map { _ in Int.random(in: 0...count, using: &self) }.sorted()
  }

  mutating func bytes(_ most: Int, _ allowed: (UInt8) -> Bool) -> [UInt8] {
    let count = Int.random(in: 0...most, using: &self)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }.filter(allowed)
  }
}

struct PropertyTests {
  /// A random message with what reading it must give.
  struct Sample {
    var bytes: [UInt8] = []
    var fields: [String] = []
    var body: [UInt8] = []
  }

  static func sample(_ direction: Direction, _ generator: inout SplitMix64) -> Sample {
    var sample = Sample()
    if direction == .request {
      HeadWriter.requestLine(method: "POST", target: "/a?b", to: &sample.bytes)
      add("Host", latin1("h"), to: &sample)
    } else {
      HeadWriter.statusLine(200, to: &sample.bytes)
    }
    for index in 0..<Int.random(in: 0...12, using: &generator) {
      let inner = generator.bytes(40) { $0.isFieldContent }
      let value = inner.drop { $0.isBlank }.reversed().drop { $0.isBlank }.reversed()
      add("X-\(index)", Array(value), to: &sample)
    }
    sample.body = generator.bytes(600) { _ in true }
    if Bool.random(using: &generator) {
      add("Content-Length", latin1("\(sample.body.count)"), to: &sample)
      sample.bytes += latin1("\r\n") + sample.body
    } else {
      add("Transfer-Encoding", latin1("chunked"), to: &sample)
      HeadWriter.lineEnd(to: &sample.bytes)
      addChunks(to: &sample, &generator)
    }
    return sample
  }

  private static func add(_ name: String, _ value: [UInt8], to sample: inout Sample) {
    HeadWriter.field(name, value[...], to: &sample.bytes)
    sample.fields.append(name + "=" + value.map { String(UnicodeScalar($0)) }.joined())
  }

  private static func addChunks(to sample: inout Sample, _ generator: inout SplitMix64) {
    var rest = sample.body[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Int.random(in: 1...200, using: &generator))
      if Bool.random(using: &generator) {
        HeadWriter.chunkSize(chunk.count, to: &sample.bytes)
      } else {
        HeadWriter.hexadecimal(UInt64(chunk.count), to: &sample.bytes)
        sample.bytes += latin1(";a=\"b\u{80}\" ;c\r\n")
      }
      sample.bytes += chunk
      HeadWriter.lineEnd(to: &sample.bytes)
      rest = rest.dropFirst(chunk.count)
    }
    HeadWriter.lastChunk(to: &sample.bytes)
  }

  static let directions: [Direction] = [.request, .response(to: .get)]

  @Test(arguments: [UInt64](1...200))
  func `what is written is read back, whatever the cuts`(_ seed: UInt64) {
    for direction in Self.directions {
      var generator = SplitMix64(seed: seed)
      let sample = Self.sample(direction, &generator)
      let next = generator.bytes(50) { _ in true }
      for _ in 0..<4 {
        let cuts = generator.cuts(sample.bytes.count + next.count)
        let outcome = Feeding.run(sample.bytes + next, direction, cuts: cuts)
        guard case .complete(_, let fields, let body, let consumed) = outcome else {
          Issue.record("seed \(seed), cuts \(cuts): \(outcome)")
          return
        }
        #expect(fields == sample.fields, "seed \(seed), cuts \(cuts)")
        #expect(body == sample.body, "seed \(seed), cuts \(cuts)")
        #expect(consumed == sample.bytes.count, "seed \(seed), cuts \(cuts)")
      }
    }
  }

  /// `Feeding` checks that no step reaches beyond its input; a trap would end the run.
  @Test(arguments: [UInt64](1...400))
  func `broken messages never trap and end alike whatever the cuts`(_ seed: UInt64) {
    for direction in Self.directions {
      var generator = SplitMix64(seed: seed)
      var bytes = Self.sample(direction, &generator).bytes
      for _ in 0..<Int.random(in: 1...6, using: &generator) { mutate(&bytes, &generator) }
      let whole = Feeding.run(bytes, direction, cuts: [])
      for _ in 0..<6 {
        let cuts = generator.cuts(bytes.count)
        #expect(Feeding.run(bytes, direction, cuts: cuts) == whole, "seed \(seed), cuts \(cuts)")
      }
    }
  }

  /// Bytes that decide something somewhere in the grammar.
  private static let telling = latin1("\r\n :;,=\"\\0159afFZ/\t\u{0}\u{7F}\u{80}\u{FF}_-+")

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    guard !bytes.isEmpty else { return }
    // Most mutations hit the head, where most of the grammar is.
    let reach = Bool.random(using: &generator) ? min(120, bytes.count) : bytes.count
    let at = Int.random(in: 0..<reach, using: &generator)
    let byte = Self.telling.randomElement(using: &generator) ?? 0
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[at] = byte
    case 1: bytes.insert(byte, at: at)
    case 2: bytes.remove(at: at)
    case 3:
      let end = min(bytes.count, at + Int.random(in: 1...40, using: &generator))
      bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
    default: bytes.removeSubrange(at..<min(bytes.count, at + 20))
    }
  }

  @Test(arguments: directions)
  func `a line that arrives byte by byte is looked at once`(_ direction: Direction) throws {
    let bytes = latin1(
      direction == .request
        ? "GET /" + String(repeating: "a", count: 8000)
        : "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 8000))
    var requests = RequestParser()
    var responses = ResponseParser()
    for count in 0...bytes.count {
      let input = bytes.span.extracting(0..<count)
      if direction == .request {
        let head = try requests.parse(input)
        #expect(head == nil)
        // The next call starts at `position`, which only grows: no byte is looked at again.
        #expect(requests.position == count)
      } else {
        let head = try responses.parse(input, to: .get)
        #expect(head == nil)
        #expect(responses.position == count)
      }
    }
  }

  @Test func `a body decoder takes all the syntax it is shown`() throws {
    let line = latin1("5;a=\"" + String(repeating: "b", count: 1000) + "\"\r\n")
    var decoder = BodyDecoder(.chunked)
    for at in line.indices {
      #expect(try decoder.step([line[at]]) == .needsMore(consumed: 1))
    }
    #expect(try decoder.step(latin1("01234")) == .data(0..<5))
  }
}
