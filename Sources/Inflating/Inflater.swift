internal import CZlib

/// Looks under a content coding, with zlib.
public enum Inflater {
  /// What `coded` holds, from its beginning: at most `limit` bytes, however far it would expand.
  ///
  /// Bytes that are cut off or broken give what stands before the fault.
  public static func inflate(_ coded: [UInt8], _ coding: ContentCoding, limit: Int) -> [UInt8] {
    guard limit > 0, !coded.isEmpty else { return [] }
    var stream = z_stream()
    guard czlib_inflate_init(&stream, windowBits(coding, coded)) == Z_OK else { return [] }
    defer { inflateEnd(&stream) }
    return [UInt8](unsafeUninitializedCapacity: limit) { room, count in
      coded.withUnsafeBufferPointer { input in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(clamping: input.count)
        stream.next_out = room.baseAddress
        stream.avail_out = UInt32(clamping: limit)
        while stream.avail_out > 0, advance(&stream, coding) {}
        count = limit - Int(stream.avail_out)
      }
    }
  }

  /// Inflates what it can; false when there is no more.
  private static func advance(_ stream: inout z_stream, _ coding: ContentCoding) -> Bool {
    switch CZlib.inflate(&stream, Z_SYNC_FLUSH) {
    case Z_OK: true
    // A file may have several members, one after the other (RFC 1952 section 2.2).
    case Z_STREAM_END: coding == .gzip && stream.avail_in > 0 && inflateReset(&stream) == Z_OK
    default: false
    }
  }

  /// Which of its formats zlib is to expect; see `inflateInit2` in its manual.
  private static func windowBits(_ coding: ContentCoding, _ coded: [UInt8]) -> Int32 {
    switch coding {
    case .gzip: 15 + 16
    case .deflate: hasZlibHeader(coded) ? 15 : -15
    }
  }

  /// RFC 1950 section 2.2: method 8, and two bytes that are a multiple of 31.
  private static func hasZlibHeader(_ coded: [UInt8]) -> Bool {
    coded.count >= 2 && coded[0] & 0x0F == 8 && (Int(coded[0]) << 8 | Int(coded[1])) % 31 == 0
  }
}
