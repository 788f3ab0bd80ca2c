import Policy
import Timekeeping

/// A word under `bounds`: which bound it sets, what its value is, and which values are sensible.
///
/// The one table of them reads the file, prints it, and gives the order of the documentation.
struct BoundWord: Sendable {
  typealias Path<Value> = any WritableKeyPath<Bounds, Value> & Sendable

  /// What is set, and within which values.
  enum Kind: Sendable {
    case size(Path<Int>, ClosedRange<Int>)
    case count(Path<Int>, ClosedRange<Int>)
    case span(Path<Duration>, ClosedRange<Duration>)
    /// A size or the word for none.
    case anySize(Path<Int?>, ClosedRange<Int>, none: String)
    /// A count or the word for none.
    case anyCount(Path<Int?>, ClosedRange<Int>, none: String)
  }

  var word: String
  var kind: Kind

  init(_ word: String, _ kind: Kind) {
    self.word = word
    self.kind = kind
  }

  /// The values it may have, in words.
  var allowed: String {
    switch kind {
    case .size(_, let range): sizes(range)
    case .count(_, let range): counts(range)
    case .span(_, let range):
      "\(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
    case .anySize(_, let range, let none): "\(sizes(range)), or \(none)"
    case .anyCount(_, let range, let none): "\(counts(range)), or \(none)"
    }
  }

  /// The value in `bounds`, as the file says it.
  func text(in bounds: Bounds) -> String {
    switch kind {
    case .size(let path, _): SizeText.text(bounds[keyPath: path])
    case .count(let path, _): "\(bounds[keyPath: path])"
    case .span(let path, _): DurationText.text(bounds[keyPath: path])
    case .anySize(let path, _, let none): bounds[keyPath: path].map(SizeText.text) ?? none
    case .anyCount(let path, _, let none): bounds[keyPath: path].map { "\($0)" } ?? none
    }
  }

  /// Sets the value in `bounds` that `text` means.
  func set(_ text: String, in bounds: inout Bounds) throws(Misread) {
    switch kind {
    case .size(let path, let range):
      bounds[keyPath: path] = try checked(SizeText.parse(text), range, text)
    case .count(let path, let range): bounds[keyPath: path] = try count(text, range)
    case .span(let path, let range):
      bounds[keyPath: path] = try checked(DurationText.parse(text), range, text)
    case .anySize(let path, let range, let none):
      bounds[keyPath: path] =
        text == none ? nil : try checked(SizeText.parse(text), range, text)
    case .anyCount(let path, let range, let none):
      bounds[keyPath: path] = text == none ? nil : try count(text, range)
    }
  }

  private func count(_ text: String, _ range: ClosedRange<Int>) throws(Misread) -> Int {
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text) else {
      throw misread(text)
    }
    return try checked(number, range, text)
  }

  private func checked<T>(
    _ value: T, _ range: ClosedRange<T>, _ text: String
  ) throws(Misread) -> T {
    guard range.contains(value) else { throw misread(text) }
    return value
  }

  private func misread(_ text: String) -> Misread {
    Misread("found \(Echo.quoted(text)), allowed for \(word): \(allowed)")
  }

  private func sizes(_ range: ClosedRange<Int>) -> String {
    "\(SizeText.text(range.lowerBound)) to \(SizeText.text(range.upperBound))"
  }

  private func counts(_ range: ClosedRange<Int>) -> String {
    "\(range.lowerBound) to \(range.upperBound)"
  }
}
