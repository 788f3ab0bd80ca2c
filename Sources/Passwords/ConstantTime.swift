/// Comparing secrets so that the time does not tell how much of a guess is right.
enum ConstantTime {
  /// Whether both are the same bytes; the time depends on the length of `given` alone.
  static func areEqual(_ given: some Collection<UInt8>, _ expected: [UInt8]) -> Bool {
    guard !expected.isEmpty else { return given.isEmpty }
    var difference = given.count ^ expected.count
    var at = 0
    for byte in given {
      difference |= Int(byte ^ expected[at])
      at += 1
      if at == expected.count { at = 0 }
    }
    return difference == 0
  }
}
