/// Fields of one head on their way out, gathered so that neighbours leave in one copy.
///
/// A line that was read as `Name: value` and CR LF is what is written of it; where one such line
/// follows another, both are one piece of the head's bytes. Any other line is written by itself.
public struct FieldRun {
  @usableFromInline
  let block: FieldBlock
  /// What is gathered and not yet written lies from here up to `end`.
  @usableFromInline
  var start: Int32
  @usableFromInline
  var end: Int32

  /// A run of fields of `block`, with nothing gathered.
  @inlinable
  public init(_ block: FieldBlock) {
    self.block = block
    start = 0
    end = 0
  }

  /// A run that begins with the status line of `head`, so that its fields can follow in one piece.
  public init(statusLineOf head: ResponseHead, to output: inout [UInt8]) {
    self.init(head.block)
    // The gap behind the status: only HTTP/1.1 with a space there reads as it is written.
    if head.version == .http11, block.bytes[12] == 0x20 {
      end = head.reason.start + head.reason.count + 2
    } else {
      HeadWriter.statusLine(head.status, reason: block.slice(head.reason), to: &output)
    }
  }

  /// Writes `field` behind what was added before.
  @inlinable
  public mutating func add(_ field: Field, to output: inout [UInt8]) {
    if field.isPlain {
      if end != field.name.start {
        flush(to: &output)
        start = field.name.start
      }
      end = field.value.start &+ field.value.count &+ 2
    } else {
      flush(to: &output)
      HeadWriter.field(field, of: block, to: &output)
    }
  }

  /// Writes what is gathered; due before anything else is written behind the fields.
  public mutating func flush(to output: inout [UInt8]) {
    if start < end { output.append(contentsOf: block.bytes[Int(start)..<Int(end)]) }
    start = end
  }
}
