import Policy

/// A lane before it is checked against the limits.
struct LaneDraft {
  var lane: Lane
  var hasMatch = false
  /// Where its reserve stands, and the span it is written with, such as `min`.
  var reservePosition: Position?
  var reserveSpan = ""
}
