import Testing

@testable import Proxy

@Suite struct PressureTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let percents: [Int]
    let levels: [Pressure.Level]
    var testDescription: String { "\(percents)" }
  }

  static let rows = [
    Row(
      percents: [0, 91, 92, 94, 95, 200],
      levels: [.none, .none, .tight, .tight, .overloaded, .overloaded]),
    Row(
      percents: [95, 94, 93, 92, 90, 89],
      levels: [.overloaded, .overloaded, .overloaded, .tight, .tight, .none]),
    Row(percents: [92, 91, 90, 89, 91], levels: [.tight, .tight, .tight, .none, .none]),
    Row(
      percents: [95, 92, 94, 95, 10], levels: [.overloaded, .tight, .tight, .overloaded, .none]),
  ]

  @Test(arguments: rows)
  func `row 112: a level begins at its share of the bound and ends a little below`(row: Row) {
    var level = Pressure.Level.none
    for (percent, expected) in zip(row.percents, row.levels) {
      level = Pressure.level(after: level, at: percent)
      #expect(level == expected, "at \(percent)")
    }
  }
}

@Suite struct ProcessMemoryTests {
  @Test func `memory that is used shows`() {
    let memory = ProcessMemory()
    let before = memory.resident
    #expect(before > 1 << 20)
    let block = [UInt8](repeating: 1, count: 64 << 20)
    #expect(memory.resident - before > 48 << 20)
    withExtendedLifetime(block) {}
  }
}
