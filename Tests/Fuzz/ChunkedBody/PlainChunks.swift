import FuzzSupport
import HTTPWire

/// The chunked coding of RFC 9112 section 7.1 read off bytes that are all there, line by line.
///
/// Shares no code with the decoder it is held against. Where bytes run out in the middle of a line,
/// the line is refused if nothing that could follow would make it good.
struct PlainChunks {
  enum Ending: Equatable { case complete, incomplete, refused }

  let bytes: [UInt8]
  let limits: BodyLimits
  private(set) var at = 0
  private(set) var body: [UInt8] = []
  private var lead = 0

  init(_ bytes: [UInt8], _ limits: BodyLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  mutating func run() -> Ending {
    while true {
      let (ending, size) = line()
      guard ending == .complete else { return ending }
      guard size > 0 else { return trailers() }
      let data = bytes[at...].prefix(size)
      body += data
      at += data.count
      guard data.count == size else { return .incomplete }
      lead = max(0, lead - size)
      for byte: UInt8 in [0x0D, 0x0A] {
        guard at < bytes.count else { return .incomplete }
        guard bytes[at] == byte else { return .refused }
        at += 1
      }
    }
  }

  /// A size with its extensions, up to behind its line feed.
  private mutating func line() -> (Ending, size: Int) {
    let start = at
    let digits = bytes[at...].prefix { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
      default: false
      }
    }
    guard digits.count <= 15 else { return (.refused, 0) }
    at += digits.count
    guard at < bytes.count else { return (.incomplete, 0) }
    guard !digits.isEmpty, let size = Int(digits.shown, radix: 16) else { return (.refused, 0) }
    if bytes[at] != 0x0D {
      var reader = ExtensionReader(bytes[at...])
      let isGood = reader.read()
      let count = reader.at - at
      guard count <= limits.extensionLine, lead + count <= limits.extensionLead else {
        return (.refused, 0)
      }
      lead += count
      at = reader.at
      guard isGood else { return (at < bytes.count ? .refused : .incomplete, 0) }
    }
    require(at > start && bytes[at] == 0x0D, "the plain reading's own mistake")
    at += 1
    guard at < bytes.count else { return (.incomplete, 0) }
    guard bytes[at] == 0x0A else { return (.refused, 0) }
    at += 1
    return (.complete, size)
  }

  private mutating func trailers() -> Ending {
    var count = 0
    var size = 0
    while at < bytes.count {
      let line = bytes[at...].prefix { $0 != 0x0D }
      if !line.isEmpty {
        count += 1
        guard count <= limits.trailerFields else { return .refused }
        let name = line.prefix { $0 != 0x3A }
        guard name.isToken else { return .refused }
        guard line.dropFirst(name.count + 1).isFieldText else { return .refused }
        guard name.count < line.count || line.endIndex == bytes.endIndex else { return .refused }
        let isEnded = line.endIndex < bytes.endIndex
        size += line.count + (isEnded ? 1 : 0)
        guard size <= limits.trailer else { return .refused }
      }
      at = line.endIndex
      guard at < bytes.count else { return .incomplete }
      guard at + 1 < bytes.count else {
        at += 1
        return .incomplete
      }
      guard bytes[at + 1] == 0x0A else { return .refused }
      at += 2
      if line.isEmpty { return .complete }
      size += 1
      guard size <= limits.trailer else { return .refused }
    }
    return .incomplete
  }
}
