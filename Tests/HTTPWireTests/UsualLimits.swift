import HTTPWire

/// The limits that rows of the tests are written for.
extension HeadLimits {
  static let request = HeadLimits(
    startLine: 8 << 10, line: 16 << 10, block: 32 << 10, fields: 100)
  static let response = HeadLimits(
    startLine: 8 << 10, line: 64 << 10, block: 64 << 10, fields: 256)
}

extension BodyLimits {
  static let usual = BodyLimits(
    extensionLine: 1 << 10, extensionLead: 16 << 10, trailer: 8 << 10, trailerFields: 32)
}

extension RequestParser {
  init() { self.init(limits: .request) }
}

extension ResponseParser {
  init() { self.init(limits: .response) }
}

extension BodyDecoder {
  init(_ framing: BodyFraming, from source: Source = .request) {
    self.init(framing, from: source, limits: .usual)
  }
}
