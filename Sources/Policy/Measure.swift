/// Where an answer states what its request really took from a limit.
///
/// The value counts as a whole number of units; an array counts as its length.
public enum Measure: Hashable, Sendable {
  /// The value of this response field, lower case.
  case header(String)
  /// The value at this path of a JSON body: names of members, outermost first.
  case json([String])
}
