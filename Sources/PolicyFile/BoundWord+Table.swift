import Policy

extension BoundWord {
  private static let instants = Duration.milliseconds(10) ... .seconds(3600)
  private static let spans = Duration.milliseconds(10) ... .seconds(7 * 86_400)

  /// A word for each bound, in the order of `Bounds`.
  static let all = [
    BoundWord("request-line", .size(\.requestLine, 8000...1 << 20)),
    BoundWord("field-line", .size(\.fieldLine, 1 << 10...1 << 20)),
    BoundWord("head", .size(\.head, 8000...4 << 20)),
    BoundWord("fields", .count(\.fields, 10...10_000)),
    BoundWord("answer-head", .size(\.answerHead, 8 << 10...4 << 20)),
    BoundWord("answer-fields", .count(\.answerFields, 10...10_000)),
    BoundWord("chunk-extension", .size(\.chunkExtension, 0...64 << 10)),
    BoundWord("chunk-extensions", .size(\.chunkExtensions, 0...1 << 20)),
    BoundWord("trailers", .size(\.trailers, 0...1 << 20)),
    BoundWord("trailer-fields", .count(\.trailerFields, 0...10_000)),
    BoundWord("body", .anySize(\.wholeBody, 0...1 << 50, none: "none")),
    BoundWord("replay", .size(\.replay, 0...1 << 30)),
    BoundWord("replay-total", .size(\.replayTotal, 0...1 << 40)),
    BoundWord("interim", .count(\.interim, 1...1000)),

    BoundWord("head-time", .span(\.headTime, instants)),
    BoundWord("handshake-time", .span(\.handshakeTime, instants)),
    BoundWord("body-idle", .span(\.bodyIdle, instants)),
    BoundWord("body-time", .span(\.bodyTime, spans)),
    BoundWord("keep-alive", .span(\.keepAlive, spans)),
    BoundWord("write-idle", .span(\.writeIdle, instants)),
    BoundWord("requests-per-connection", .count(\.requestsPerConnection, 1...1_000_000_000)),
    BoundWord("clients", .anyCount(\.clients, 1...1_000_000, none: "auto")),

    BoundWord("connect-time", .span(\.connectTime, instants)),
    BoundWord("resolving", .count(\.resolving, 1...1024)),
    BoundWord("answer-idle", .span(\.answerIdle, spans)),
    BoundWord("idle-connections", .count(\.idleConnections, 0...65_535)),
    BoundWord("idle-time", .span(\.idleTime, instants)),
    BoundWord("connection-age", .span(\.connectionAge, spans)),
    BoundWord("parked-bytes", .size(\.parkedBytes, 64 << 10...1 << 40)),
    BoundWord("attempts", .count(\.attempts, 1...20)),

    BoundWord("tunnels", .count(\.tunnels, 0...1_000_000)),
    BoundWord("tunnel-idle", .span(\.tunnelIdle, spans)),
    BoundWord("certificates", .count(\.certificates, 1...100_000)),
    BoundWord("memory", .anySize(\.memory, 16 << 20...1 << 40, none: "none")),
  ]

  /// Words of which the first must not be the larger one.
  static let ordered = [
    ("request-line", "head"), ("field-line", "head"), ("replay", "replay-total"),
    ("chunk-extension", "chunk-extensions"),
  ]
}

extension Bounds {
  /// The largest body as a number of the machine's own size.
  fileprivate var wholeBody: Int? {
    get { body.map { Int(clamping: $0) } }
    set { body = newValue.map { Int64($0) } }
  }
}
