extension Span<UInt8> {
  /// The first place from `start` on whose byte is a control character, HTAB included, or the end.
  @inline(__always)
  func endOfText(from start: Int) -> Int {
    var at = start
    while let word = word(at: at) {
      let controls = word.controls
      if controls != 0 { return at &+ ByteWord.first(in: controls) }
      at &+= ByteWord.count
    }
    while at < count, self[at] >= 0x20, self[at] != 0x7F { at &+= 1 }
    return at
  }

  /// The first place from `start` on whose byte may not stand in a field value (CR, as a rule), or
  /// `stop`.
  func endOfContent(from start: Int, to stop: Int) -> Int {
    let bytes = extracting(0..<stop)
    var at = bytes.endOfText(from: start)
    while at < stop, bytes[at] == 0x09 { at = bytes.endOfText(from: at &+ 1) }
    return at
  }

  /// The first place from `start` on whose byte may not stand in a request target, or `stop`.
  @inline(__always)
  func endOfTarget(from start: Int, to stop: Int) -> Int {
    var at = start
    while at < stop, let word = word(at: at) {
      let unfit = word.unfitForTarget
      if unfit != 0 { return Swift.min(at &+ ByteWord.first(in: unfit), stop) }
      at &+= ByteWord.count
    }
    while at < stop, ByteSet.target.contains(self[at]) { at &+= 1 }
    return Swift.min(at, stop)
  }

  /// The first place from `start` on whose byte may not stand in a token, or `stop`.
  @inline(__always)
  func endOfToken(from start: Int, to stop: Int) -> Int {
    var at = start
    while at < stop, ByteSet.token.contains(self[at]) { at &+= 1 }
    return at
  }

  /// The bytes in an array of exactly their size.
  @inline(__always)
  func copied() -> [UInt8] {
    // Not `Array(repeating:count:)`, which looks its type up at run time.
    var bytes = Array(repeatElement(UInt8(0), count: count))
    var target = bytes.mutableSpan
    for at in indices { target[at] = self[at] }
    return bytes
  }
}
