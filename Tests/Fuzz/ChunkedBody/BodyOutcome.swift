import FuzzSupport
import HTTPWire

/// What became of the bytes of a body.
struct BodyOutcome: Equatable {
  var body: [UInt8] = []
  var consumed = 0
  var isComplete = false
  var refusal: WireError?

  /// The outcome once `bytes` arrived in pieces that end at `cuts`, and then the peer closed.
  static func run(_ bytes: [UInt8], cuts: [Int], _ decoder: BodyDecoder) -> BodyOutcome {
    var decoder = decoder
    var outcome = BodyOutcome()
    do {
      for end in cuts {
        if try outcome.feed(bytes, upTo: end, &decoder) { return outcome }
      }
    } catch {
      // How far a refused body was taken depends on the cuts, and nobody asks.
      outcome.refusal = error
      outcome.consumed = 0
      return outcome
    }
    // A peer that leaves early cuts the body off; that is no fault of its bytes.
    if (try? decoder.endOfInput()) != nil { outcome.isComplete = decoder.isComplete }
    return outcome
  }

  private mutating func feed(
    _ bytes: [UInt8], upTo end: Int, _ decoder: inout BodyDecoder
  ) throws(WireError) -> Bool {
    while true {
      let left = end - consumed
      switch try decoder.decode(bytes.span.extracting(consumed..<end)) {
      case .data(let range):
        require(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= left, "a range")
        body += bytes[consumed + range.lowerBound..<consumed + range.upperBound]
        consumed += range.upperBound
      case .needsMore(let count):
        require(count == left, "\(count) of \(left) bytes taken where more are needed")
        consumed += count
        return false
      case .end(let count):
        require(0...left ~= count && decoder.isComplete, "an end")
        consumed += count
        isComplete = true
        return true
      }
    }
  }
}
