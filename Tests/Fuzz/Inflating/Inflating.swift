import FuzzSupport
import Inflating

/// A steering byte (the lowest bit: deflate), a bound, a cut, then a coded body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let coding: ContentCoding = input.byte() & 1 == 0 ? .gzip : .deflate
  let bound = input.number()
  let cut = input.number()
  let coded = input.rest()
  let most = 64 << 10
  let whole = Inflater.inflate(coded, coding, limit: most)
  require(whole.count <= most, "more than the bound: \(whole.count)")
  require(Inflater.inflate(coded, coding, limit: most) == whole, "not the same twice")
  let bounded = Inflater.inflate(coded, coding, limit: bound)
  require(bounded.elementsEqual(whole.prefix(bound)), "a smaller bound gives other bytes")
  // The first two bytes tell which kind of deflate it is.
  guard cut >= 2 else { return 0 }
  let part = Inflater.inflate(Array(coded.prefix(cut)), coding, limit: most)
  require(whole.starts(with: part), "a part that came says other than the whole")
  return 0
}
