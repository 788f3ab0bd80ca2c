import HTTPWire
import Serving

extension ServerConnection.Terms {
  /// What an emulated provider takes: a little more than any proxy should send.
  static let emulated = ServerConnection.Terms(
    head: HeadLimits(startLine: 16 << 10, line: 64 << 10, block: 64 << 10, fields: 256),
    body: BodyLimits(
      extensionLine: 1 << 10, extensionLead: 16 << 10, trailer: 8 << 10, trailerFields: 32),
    patience: ServerConnection.Patience(
      head: .seconds(10), idle: .seconds(75), body: .seconds(30), wholeBody: .seconds(300),
      write: .seconds(60)))
}
