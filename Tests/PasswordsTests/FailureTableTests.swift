import Passwords
import Testing
import Timekeeping

@Suite struct FailureTableTests {
  private static func at(_ seconds: Int64) -> Instant {
    Instant(nanoseconds: seconds * 1_000_000_000)
  }

  @Test func `a count is remembered for one to two spans`() {
    for begin in [Int64(0), 1_000_000] {
      var table = FailureTable(span: .seconds(60), bound: 8)
      for second in 0..<5 { table.count("eve", at: Self.at(begin + Int64(second))) }
      #expect(table.failures(of: "eve", at: Self.at(begin + 5)) == 5)
      #expect(table.failures(of: "ada", at: Self.at(begin + 5)) == 0)
      #expect(table.failures(of: "eve", at: Self.at(begin + 59)) == 5)
      #expect(table.failures(of: "eve", at: Self.at(begin + 61)) == 5)
      table.count("eve", at: Self.at(begin + 62))
      #expect(table.failures(of: "eve", at: Self.at(begin + 118)) == 6)
      #expect(table.failures(of: "eve", at: Self.at(begin + 122)) == 1)
      #expect(table.failures(of: "eve", at: Self.at(begin + 190)) == 0)
    }
  }

  @Test func `a long silence forgets everything`() {
    var table = FailureTable(span: .seconds(60), bound: 8)
    table.count("eve", at: Self.at(0))
    #expect(table.failures(of: "eve", at: Self.at(10_000)) == 0)
  }

  @Test func `a full table keeps those it counted last`() {
    var table = FailureTable(span: .seconds(60), bound: 8)
    for number in 0..<1_000 { table.count("peer \(number)", at: Self.at(1)) }
    #expect(table.failures(of: "peer 999", at: Self.at(2)) == 1)
    #expect(table.failures(of: "peer 0", at: Self.at(2)) == 0)
    for _ in 0..<3 { table.count("peer 999", at: Self.at(2)) }
    #expect(table.failures(of: "peer 999", at: Self.at(2)) == 4)
  }

  @Test func `the ends of the clock do no harm`() {
    var table = FailureTable(span: .seconds(60), bound: 8)
    table.count("eve", at: Instant(nanoseconds: .min))
    table.count("eve", at: .distantFuture)
    #expect(table.failures(of: "eve", at: .distantFuture) == 1)
  }
}
