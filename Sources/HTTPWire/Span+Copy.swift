extension Span<UInt8> {
  /// The bytes in an array of exactly their size.
  func copied() -> [UInt8] {
    [UInt8](capacity: count) { output in
      for at in indices { output.append(self[at]) }
    }
  }
}
