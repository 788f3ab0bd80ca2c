import HTTPWire
import Timekeeping

/// The heads that leave: hop-by-hop fields removed, framing and `Via` our own.
enum OutgoingHead {
  /// Appends the request's head for the origin.
  ///
  /// The credential, and an idempotency key that is added, are written after every field of the
  /// caller's that could stand for them is gone; the credential last, so that its bytes stay where
  /// they are.
  static func request(
    _ call: Call, key: Int?, framing: BodyFraming, via: [UInt8], to output: inout [UInt8]
  ) {
    let block = call.head.block
    HeadWriter.requestLine(of: call.head, target: call.path, to: &output)
    output.append(contentsOf: call.host)
    let credential = key == nil ? nil : call.api.credential?.header
    let hasOptions = block.contains(.connection)
    let added = call.addedKey == nil ? nil : call.api.idempotency?.header
    let narrows = call.api.readsSuccess && block.contains(.acceptEncoding)
    var run = FieldRun(block)
    for field in block.fields where !isDropped(field.id, fromRequest: true) {
      if hasOptions, block.isNamedByConnection(field) { continue }
      if field.id == .maxForwards, call.head.method == .options, let left = block.maxForwards {
        run.flush(to: &output)
        HeadWriter.field("Max-Forwards", max(0, left - 1), to: &output)
        continue
      }
      if narrows, field.id == .acceptEncoding { continue }
      if let credential, stands(block, field, for: credential) { continue }
      if let added, stands(block, field, for: added) { continue }
      run.add(field, to: &output)
    }
    run.flush(to: &output)
    if narrows {
      HeadWriter.field("Accept-Encoding", AcceptEncoding.narrowed(in: block), to: &output)
    }
    if let addedKey = call.addedKey { output.append(contentsOf: addedKey) }
    Upgrade.write(call.upgrade, to: &output)
    HeadWriter.framing(framing, to: &output)
    output.append(contentsOf: via)
    if let key { call.api.writeKey(key, to: &output) }
    output.makeRoom(for: 2)
    HeadWriter.lineEnd(to: &output)
  }

  /// Appends the answer's head for the client; `upgrade` names what a 101 switches to.
  static func answer(
    _ head: ResponseHead, framing: BodyFraming, keepsLength: Bool, waited: Duration,
    closing: Bool, upgrade: [String] = [], date: @autoclosure () -> [UInt8], via: [UInt8],
    to output: inout [UInt8]
  ) {
    let block = head.block
    var run = FieldRun(statusLineOf: head, to: &output)
    let hasOptions = block.contains(.connection)
    for field in block.fields {
      if field.id == .contentLength ? !keepsLength : isDropped(field.id, fromRequest: false) {
        continue
      }
      if hasOptions, block.isNamedByConnection(field) { continue }
      run.add(field, to: &output)
    }
    run.flush(to: &output)
    if !block.contains(.date) { output.append(contentsOf: date()) }
    HeadWriter.framing(framing, to: &output)
    output.append(contentsOf: via)
    let milliseconds = waited.wholeMilliseconds
    if milliseconds > 0 {
      HeadWriter.text("Server-Timing: penstock-queue;dur=", to: &output)
      HeadWriter.decimal(milliseconds, to: &output)
      HeadWriter.lineEnd(to: &output)
    }
    if closing { HeadWriter.field("Connection", "close", to: &output) }
    Upgrade.write(upgrade, to: &output)
    HeadWriter.lineEnd(to: &output)
  }

  /// Fields that end at this hop (RFC 9110 section 7.6.1), and those we write ourselves.
  private static func isDropped(_ id: FieldName, fromRequest: Bool) -> Bool {
    switch id {
    case .connection, .keepAlive, .proxyConnection, .proxyAuthenticate, .proxyAuthorization, .te,
      .trailer, .transferEncoding, .contentLength, .upgrade:
      true
    case .host, .expect, .penstockBatch: fromRequest
    default: false
    }
  }

  /// Whether a field is the credential, or its twin with underscores that some origins read as it.
  private static func stands(
    _ block: FieldBlock, _ field: Field, for credential: String
  ) -> Bool {
    guard Int(field.name.count) == credential.utf8.count else { return false }
    if block.equals(field.name, credential) { return true }
    let name = block.slice(field.name)
    guard name.contains(0x5F) else { return false }
    return zip(name, credential.utf8).allSatisfy { byte, wanted in
      let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
      return lower == wanted || (lower == 0x5F && wanted == 0x2D)
    }
  }
}
