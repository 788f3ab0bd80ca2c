import Policy
import Testing

@Suite struct WorkerCountTests {
  @Test(arguments: [
    ("auto", 3, 3), ("auto", 0, 1), ("auto", 1_000, 64), ("1", 8, 1), ("64", 2, 64),
  ])
  func `so many threads are on a machine with so many processors`(
    text: String, processors: Int, number: Int
  ) {
    let count = WorkerCount(text)
    #expect(count?.text == text)
    #expect(count?.number(processors: processors) == number)
  }

  @Test(arguments: ["0", "65", "", "-1", "+1", "1.5", "Auto", "1 ", "99999999999999999999"])
  func `anything else is none`(text: String) { #expect(WorkerCount(text) == nil) }
}
