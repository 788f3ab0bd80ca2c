import HTTPWire
import Statistics

/// An answer as it goes out: the provider's own, or one of the paths that help tests.
struct EmulatorReply {
  /// The content.
  enum Content: Hashable {
    case text([UInt8])
    case filler(Int64)
  }

  var status: Int
  var fields: [(name: String, value: String)]
  var content: Content

  /// The provider's answer, in place of whose content a download may stand if it is a success.
  init(_ answer: EmulatedAnswer, to request: EmulatedRequest) {
    status = answer.status
    fields = answer.fields
    content = .text(answer.body)
    guard answer.status == 200, request.method == "GET" || request.method == "HEAD" else { return }
    switch Download(path: request.path) {
    case nil: break
    case .bytes(let count):
      replaceType(with: "application/octet-stream")
      content = .filler(count)
    case .impossible:
      status = 400
      content = .text(
        EmulatorReply.fault("bad_download", "write bytes/N with N from 0 to \(Download.most)"))
    }
  }

  /// An answer to what is no request for the provider.
  init(status: Int, code: String, reason: String) {
    self.status = status
    fields = [("Content-Type", "application/json")]
    content = .text(EmulatorReply.fault(code, reason))
  }

  /// An answer of the emulator itself.
  init(json: [UInt8]) {
    status = 200
    fields = [("Content-Type", "application/json")]
    content = .text(json)
  }

  /// The bytes of the content.
  var length: Int64 {
    switch content {
    case .text(let bytes): Int64(bytes.count)
    case .filler(let count): count
    }
  }

  /// The status line and fields.
  ///
  /// - Parameters:
  ///   - received: the size of the request's content, told in `X-Received` when it is not nil.
  ///   - closing: whether the connection ends with this answer.
  func head(received: Int64?, closing: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(384)
    HeadWriter.statusLine(status, to: &bytes)
    for (name, value) in fields { HeadWriter.field(name, value, to: &bytes) }
    HeadWriter.framing(.length(length), to: &bytes)
    if let received { HeadWriter.field("X-Received", received, to: &bytes) }
    if closing { HeadWriter.field("Connection", "close", to: &bytes) }
    HeadWriter.lineEnd(to: &bytes)
    return bytes
  }

  private mutating func replaceType(with type: String) {
    fields = fields.filter { $0.name != "Content-Type" } + [("Content-Type", type)]
  }

  private static func fault(_ code: String, _ message: String) -> [UInt8] {
    var json = JSONText()
    json.object { json in
      json.object("error") { json in
        json.string("code", code)
        json.string("message", message)
      }
    }
    return json.bytes
  }
}
