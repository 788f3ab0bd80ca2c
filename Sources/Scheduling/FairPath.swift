/// Where a flow's nodes are.
struct FairPath {
  var lane: Int
  var caller: Int
  var flow: Int
}
