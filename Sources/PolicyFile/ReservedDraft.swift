/// What a limit keeps for one lane, and where it says so.
struct ReservedDraft {
  var lane: String
  var percent: Int
  var position: Position
}
