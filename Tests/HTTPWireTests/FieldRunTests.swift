import Seeding
import Testing

@testable import HTTPWire

/// What leaves in whole runs must be what would leave field by field.
struct FieldRunTests {
  /// A head whose lines are spelled in all the ways that are accepted, cut where they may be.
  private static func head(_ start: String, _ generator: inout SplitMix64) -> [UInt8] {
    var bytes = latin1(start)
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      let name = ["X-Key", "date", "Via", "x_under", "X.dot", "A-Name-Longer-Than-Any-Four-Words"]
      let gap = [" ", " ", " ", "", "  ", "\t", " \t"]
      let value = ["", "v", "a b", "a\tb", "long enough for three words of it", "\u{80}\u{FF}"]
      let end = ["", "", "", " ", "\t"]
      bytes += latin1(name.randomElement(using: &generator) ?? "X")
      bytes += latin1(":" + (gap.randomElement(using: &generator) ?? ""))
      bytes += latin1(value.randomElement(using: &generator) ?? "")
      bytes += latin1((end.randomElement(using: &generator) ?? "") + "\r\n")
    }
    return bytes + latin1("\r\n")
  }

  /// What `write` appends when every field but those of `dropped` is kept.
  private static func written(
    _ block: FieldBlock, _ dropped: Set<Int>, _ write: (Field, inout [UInt8]) -> Void
  ) -> [UInt8] {
    var output: [UInt8] = []
    for (index, field) in block.fields.enumerated() where !dropped.contains(index) {
      write(field, &output)
    }
    return output
  }

  private static func dropped(_ block: FieldBlock, _ generator: inout SplitMix64) -> Set<Int> {
    Set(block.fields.indices.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 })
  }

  @Test(arguments: [UInt64](1...300))
  func `a request's fields leave in runs as they would one by one`(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let bytes = Self.head("GET / HTTP/1.1\r\nHost: h\r\n", &generator)
    var parser = RequestParser()
    var found: RequestHead?
    for cut in generator.cuts(bytes.count - 1) + [bytes.count] {
      found = try parser.read(Array(bytes[..<cut]))
    }
    let block = try #require(found).block
    let dropped = Self.dropped(block, &generator)
    var run = FieldRun(block)
    var output = Self.written(block, dropped) { run.add($0, to: &$1) }
    run.flush(to: &output)
    let single = Self.written(block, dropped) { HeadWriter.field($0, of: block, to: &$1) }
    #expect(output == single, "seed \(seed)")
  }

  @Test(arguments: [UInt64](1...300))
  func `a status line leaves with the fields behind it`(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let lines = [
      "HTTP/1.1 200 OK\r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.1 204\r\n", "HTTP/1.1 404 \r\n",
      "HTTP/1.1 299 \u{E9} \r\n",
    ]
    let bytes = Self.head(lines.randomElement(using: &generator) ?? lines[0], &generator)
    var parser = ResponseParser()
    let head = try #require(try parser.read(bytes))
    let block = head.block
    let dropped = Self.dropped(block, &generator)
    var output: [UInt8] = []
    var run = FieldRun(statusLineOf: head, to: &output)
    output += Self.written(block, dropped) { run.add($0, to: &$1) }
    run.flush(to: &output)
    var single: [UInt8] = []
    HeadWriter.statusLine(head.status, reason: block.slice(head.reason), to: &single)
    single += Self.written(block, dropped) { HeadWriter.field($0, of: block, to: &$1) }
    #expect(output == single, "seed \(seed)")
  }

  @Test func `neighbours in the usual spelling leave in one piece`() throws {
    var parser = RequestParser()
    let bytes = latin1("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nC:3\r\nD: 4\r\n\r\n")
    let block = try #require(try parser.read(bytes)).block
    #expect(block.fields.map(\.isPlain) == [true, true, true, false, true])
    var run = FieldRun(block)
    var output: [UInt8] = []
    for field in block.fields[1...2] { run.add(field, to: &output) }
    #expect(output.isEmpty)
    run.flush(to: &output)
    #expect(output == latin1("A: 1\r\nB: 2\r\n"))
    run.flush(to: &output)
    #expect(output.count == 12)
  }
}
