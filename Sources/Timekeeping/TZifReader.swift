/// Reads the bytes of a TZif file (RFC 8536 section 3).
struct TZifReader {
  private struct Header {
    var version: UInt8
    var utcIndicators: Int
    var standardIndicators: Int
    var leapSeconds: Int
    var transitions: Int
    var types: Int
    var characters: Int

    /// Bytes of the data block behind the header.
    func length(ofTimes size: Int) -> Int {
      transitions * (size + 1) + types * 6 + characters + leapSeconds * (size + 4)
        + standardIndicators + utcIndicators
    }
  }

  /// More than any zone has, and few enough to read at once.
  private static let mostTransitions = 10_000

  private let bytes: [UInt8]
  private var next = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func rules(name: String) throws(ZoneFault) -> ZoneRules {
    var header = try readHeader()
    var size = 4
    if header.version != 0 {
      // Newer versions repeat the data with 8-byte times; what stands first is for old readers.
      try skip(header.length(ofTimes: 4))
      header = try readHeader()
      size = 8
    }
    guard header.leapSeconds == 0 else {
      throw ZoneFault.count("leapcnt", header.leapSeconds)
    }
    let end = next + header.length(ofTimes: size)
    guard end <= bytes.count else { throw .truncated(needed: end, found: bytes.count) }
    var transitions: [Int64] = []
    for index in 0..<header.transitions {
      let time = readInteger(size)
      if let last = transitions.last, time <= last { throw .transition(index) }
      transitions.append(time)
    }
    let kinds = (0..<header.transitions).map { Int(bytes[next + $0]) }
    next += header.transitions
    var types: [Int32] = []
    for index in 0..<header.types {
      let offset = readInteger(4)
      next += 2
      guard abs(offset) < ZoneTail.farthest else { throw .transition(index) }
      types.append(Int32(offset))
    }
    var offsets = [types[0]]
    for (index, kind) in kinds.enumerated() {
      guard kind < types.count else { throw .transition(index) }
      offsets.append(types[kind])
    }
    next = end
    let tail = size == 8 ? try readFooter() : nil
    return ZoneRules(name: name, transitions: transitions, offsets: offsets, tail: tail)
  }

  private mutating func readHeader() throws(ZoneFault) -> Header {
    guard bytes.count - next >= 44 else {
      throw .truncated(needed: next + 44, found: bytes.count)
    }
    guard bytes[next..<next + 4].elementsEqual("TZif".utf8) else { throw .notTZif }
    let version = bytes[next + 4]
    guard version == 0 || (UInt8(ascii: "2")...UInt8(ascii: "4")).contains(version) else {
      throw .version(version)
    }
    next += 20
    let header = Header(
      version: version,
      utcIndicators: try readCount("isutcnt", 0...256),
      standardIndicators: try readCount("isstdcnt", 0...256),
      leapSeconds: try readCount("leapcnt", 0...256),
      transitions: try readCount("timecnt", 0...TZifReader.mostTransitions),
      types: try readCount("typecnt", 1...256),
      characters: try readCount("charcnt", 0...4096))
    return header
  }

  private mutating func readCount(
    _ name: String, _ bounds: ClosedRange<Int>
  ) throws(ZoneFault) -> Int {
    let count = Int(UInt32(truncatingIfNeeded: readInteger(4)))
    guard bounds.contains(count) else { throw .count(name, count) }
    return count
  }

  private mutating func skip(_ count: Int) throws(ZoneFault) {
    guard bytes.count - next >= count else {
      throw .truncated(needed: next + count, found: bytes.count)
    }
    next += count
  }

  /// A big-endian two's complement integer; the caller has checked that its bytes are there.
  private mutating func readInteger(_ size: Int) -> Int64 {
    var value: UInt64 = bytes[next] >= 0x80 ? .max : 0
    for byte in bytes[next..<next + size] { value = value << 8 | UInt64(byte) }
    next += size
    return Int64(bitPattern: value)
  }

  private mutating func readFooter() throws(ZoneFault) -> ZoneTail? {
    let newline = UInt8(ascii: "\n")
    guard next < bytes.count, bytes[next] == newline,
      let end = bytes[(next + 1)...].firstIndex(of: newline)
    else { throw .footer(at: 0) }
    let text = bytes[(next + 1)..<end]
    if text.isEmpty { return nil }
    var reader = ZoneTailReader(text: text)
    return try reader.tail()
  }
}
