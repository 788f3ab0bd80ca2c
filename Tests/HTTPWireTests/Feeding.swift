import Testing

@testable import HTTPWire

/// The bytes of `text`, one for each scalar: "\u{80}" stands for the byte 0x80.
func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

/// A head of `lines` with CR LF behind each, an empty line, and `body`.
func message(_ lines: String..., body: String = "") -> String {
  lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
}

/// What became of the bytes of one connection's first message.
enum Outcome: Equatable, CustomStringConvertible {
  case refused(Int, String)
  case complete(head: String, fields: [String], body: [UInt8], consumed: Int)
  case cut(head: String, body: [UInt8])

  var status: Int? { if case .refused(let status, _) = self { status } else { nil } }
  var head: String? { if case .complete(let head, _, _, _) = self { head } else { nil } }

  var description: String {
    switch self {
    case .refused(let status, let reason): "refused \(status): \(reason)"
    case .complete(let head, let fields, let body, let consumed):
      "complete \(head) \(fields) body \(body.count) consumed \(consumed)"
    case .cut(let head, let body): "cut \(head) body \(body.count)"
    }
  }
}

extension FieldBlock {
  var lines: [String] {
    fields.map { field in
      let value = slice(field.value).map { String(UnicodeScalar($0)) }.joined()
      return "\(string(field.name))=\(value)"
    }
  }
}

extension RequestHead {
  /// `GET /p 1.1 none keep`, the words a row of a table expects.
  var summary: String {
    let asked =
      switch target {
      case .origin(let path): block.string(path)
      case .absolute(let isSecure, let host, let port, let path):
        "\(isSecure ? "https" : "http")|\(block.string(host))|\(port ?? 0)|\(block.string(path))"
      case .authority(let host, let port): "\(block.string(host))|\(port)"
      case .asterisk: "*"
      }
    let word = "\(block.string(methodRange)) \(asked) \(version == .http10 ? "1.0" : "1.1")"
    return "\(word) \(framing) \(keepAlive ? "keep" : "close")\(expectsContinue ? " 100" : "")"
  }
}

extension ResponseHead {
  var summary: String {
    "\(status) \(block.slice(reason).count) \(framing) \(keepAlive ? "keep" : "close")"
  }
}

/// Which way the bytes of a test go.
enum Direction: Equatable {
  case request
  case response(to: HTTPWire.Method)
}

/// One connection that is fed a message in pieces, the way a socket would deliver it.
struct Feeding {
  var requests = RequestParser()
  var responses = ResponseParser()
  var decoder: BodyDecoder?
  var head = ""
  var fields: [String] = []
  var body: [UInt8] = []
  var at = 0

  /// The outcome once `bytes` arrived in pieces that end at `cuts`, and then the peer closed.
  static func run(_ bytes: [UInt8], _ direction: Direction, cuts: [Int]) -> Outcome {
    var feeding = Feeding()
    do {
      for end in cuts + [bytes.count] {
        if let outcome = try feeding.feed(bytes, upTo: end, direction) { return outcome }
      }
      return try feeding.close()
    } catch { return .refused(error.status, error.reason) }
  }

  mutating func feed(
    _ bytes: [UInt8], upTo end: Int, _ direction: Direction
  ) throws(WireError) -> Outcome? {
    if decoder == nil { try readHead(bytes, bytes.span.extracting(0..<end), direction) }
    while decoder != nil {
      let input = bytes.span.extracting(at..<end)
      let step = try decoder?.decode(input)
      switch step {
      case .data(let range):
        #expect(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= input.count)
        body += bytes[at + range.lowerBound..<at + range.upperBound]
        at += range.upperBound
      case .needsMore(let consumed):
        // Syntax is never looked at twice: all of it is taken at once.
        #expect(consumed == input.count)
        at += consumed
        return nil
      case .end(let consumed):
        #expect(consumed <= input.count)
        at += consumed
        return complete
      case nil: return nil
      }
    }
    return nil
  }

  private var complete: Outcome {
    .complete(head: head, fields: fields, body: body, consumed: at)
  }

  private mutating func readHead(
    _ bytes: [UInt8], _ input: Span<UInt8>, _ direction: Direction
  ) throws(WireError) {
    switch direction {
    case .request:
      guard let parsed = try requests.parse(input) else {
        #expect(requests.position == input.count)
        return
      }
      take(bytes, parsed.block, parsed.summary, requests.consumed)
      decoder = BodyDecoder(parsed.framing, from: .request)
    case .response(let method):
      guard let parsed = try responses.parse(input, to: method) else {
        #expect(responses.position == input.count)
        return
      }
      take(bytes, parsed.block, parsed.summary, responses.consumed)
      decoder = BodyDecoder(parsed.framing, from: .response)
    }
  }

  private mutating func take(
    _ bytes: [UInt8], _ block: FieldBlock, _ summary: String, _ consumed: Int
  ) {
    head = summary
    fields = block.lines
    at = consumed
    #expect(block.bytes == Array(bytes[consumed - block.bytes.count..<consumed]))
  }

  private mutating func close() throws(WireError) -> Outcome {
    guard var decoder else { return .cut(head: "", body: []) }
    do { try decoder.endOfInput() } catch { return .cut(head: head, body: body) }
    return complete
  }
}

/// Feeds `bytes` whole, in two parts cut at every byte, and byte by byte; says what came of it.
///
/// Every way must end alike. Long inputs are cut at some hundred places.
func outcomeOfAllCuts(_ bytes: [UInt8], _ direction: Direction) -> Outcome {
  let whole = Feeding.run(bytes, direction, cuts: [])
  for cut in stride(from: 0, through: bytes.count, by: max(1, bytes.count / 600)) {
    let outcome = Feeding.run(bytes, direction, cuts: [cut])
    #expect(outcome == whole, "cut at \(cut)")
  }
  let single = Feeding.run(bytes, direction, cuts: Array(0..<bytes.count))
  #expect(single == whole, "byte by byte")
  return whole
}

/// A named input and what must become of it.
struct Row: CustomTestStringConvertible, Sendable {
  let name: String
  let bytes: [UInt8]
  let expected: Expected

  enum Expected: Sendable {
    case refused(Int)
    case accepted(String, body: String)
    case incomplete
  }

  var testDescription: String { name }

  static func refuse(_ status: Int, _ name: String, _ text: String) -> Row {
    Row(name: name, bytes: latin1(text), expected: .refused(status))
  }

  static func accept(_ name: String, _ text: String, _ head: String, body: String = "") -> Row {
    Row(name: name, bytes: latin1(text), expected: .accepted(head, body: body))
  }

  static func incomplete(_ name: String, _ text: String) -> Row {
    Row(name: name, bytes: latin1(text), expected: .incomplete)
  }

  func check(_ direction: Direction) {
    let outcome = outcomeOfAllCuts(bytes, direction)
    switch (expected, outcome) {
    case (.refused(let status), .refused(let found, _)): #expect(found == status, "\(outcome)")
    case (.accepted(let head, let body), .complete(let found, _, let bytes, _)):
      #expect(found == head)
      #expect(bytes == latin1(body))
    case (.incomplete, .cut): break
    default: Issue.record("expected \(expected), got \(outcome)")
    }
  }
}

// Spans cannot pass through `#expect`: these take arrays.
extension RequestParser {
  mutating func read(_ bytes: [UInt8]) throws(WireError) -> RequestHead? { try parse(bytes.span) }
}

extension ResponseParser {
  mutating func read(_ bytes: [UInt8]) throws(WireError) -> ResponseHead? {
    try parse(bytes.span, to: .get)
  }
}

extension BodyDecoder {
  mutating func step(_ bytes: [UInt8]) throws(WireError) -> BodyStep { try decode(bytes.span) }
}

extension FieldName {
  static func of(_ bytes: [UInt8]) -> FieldName { identify(bytes.span) }
}

extension HTTPWire.Method {
  static func of(_ text: String) -> HTTPWire.Method { identify(latin1(text).span) }
}
