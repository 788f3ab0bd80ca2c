/// Measures the admission engine alone, at scale, and prints a table in Markdown; with a number of
/// waiting tickets as its argument it does what `count.py` tells it to.
@main
enum EngineBench {
  static func main() {
    if CommandLine.arguments.count > 1, let waiting = Int(CommandLine.arguments[1]) {
      var counting = Counting(waiting: waiting)
      return counting.run()
    }
    // First of all, while the process has no memory to use again.
    let footprint = Footprint.measure(tickets: 1_000_000, accounts: 100_000)
    print(
      """
      # The engine at scale

      Written by `make bench-engine`: the admission engine alone, release build, one core, one API \
      with a limit per key and a limit per account, 10 tickets for each account, 3 callers.

      | Waiting | Accounts | Admit | Dispatch | Answer | End | Cancel |
      |---:|---:|---:|---:|---:|---:|---:|
      """)
    for waiting in [1_000, 10_000, 100_000, 1_000_000] {
      print(Speed(waiting: waiting).row)
    }
    print(
      """

      Nanoseconds of processor time a call, the mean of many at that many waiting tickets. A \
      dispatch is one `advance` and its grant; an admitted request waits.

      """)
    print(footprint.text)
  }
}
