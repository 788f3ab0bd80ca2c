/// Where a message of `count` bytes is cut: whole, behind each of `pieces`, and at every byte.
public func cuts(of count: Int, pieces: [Int]) -> [[Int]] {
  var ends: [Int] = []
  var end = 0
  for piece in pieces {
    end = min(count, end + piece)
    ends.append(end)
  }
  return [[count], ends + [count], Array(0...count)]
}
