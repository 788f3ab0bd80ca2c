import CSystem

extension Array<UInt8> {
  /// Overwrites the bytes with zeros, which the compiler may not leave out; for an array that nobody
  /// else holds a copy of.
  public mutating func wipe() {
    withUnsafeMutableBytes { bytes in
      if let start = bytes.baseAddress { csystem_wipe(start, bytes.count) }
    }
  }

  /// Makes room for `count` more bytes; bytes that have to move leave zeros behind.
  public mutating func makeRoom(for count: Int) {
    guard capacity - self.count < count else { return }
    var larger: [UInt8] = []
    larger.reserveCapacity(Swift.max(self.count + count, 2 * capacity))
    larger.append(contentsOf: self)
    wipe()
    self = larger
  }
}
