import Glibc

/// How much is run: the environment decides.
enum ProofScale {
  /// Whether `PENSTOCK_PROVE=full` asks for the long run.
  static let isFull = text("PENSTOCK_PROVE") == "full"
  /// Requests of one run; `PENSTOCK_REQUESTS` where it is given.
  static let requests =
    text("PENSTOCK_REQUESTS").flatMap { Int($0) } ?? (isFull ? 1_000_000 : 1_200)
  /// By how much the use of the allowance may differ from the formula: 0.1 %; 2 % in short runs,
  /// where few cycles leave more to chance.
  static let tolerance = isFull ? 0.001 : 0.02
  /// `PENSTOCK_SEED`, from which all seeds follow; 1 where none is given.
  static let seed = text("PENSTOCK_SEED").flatMap { UInt64($0) } ?? 1
  /// `PENSTOCK_ROW`: only rows whose name contains it are run, to look at one again.
  static let row = text("PENSTOCK_ROW")

  private static func text(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
