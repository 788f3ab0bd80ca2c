/// Fields by names that are known only at run time, all of them in lower case.
extension FieldBlock {
  /// The value of the first field called `lowercase`, as text.
  @inlinable
  public func value(named lowercase: String) -> String? {
    guard hasName(ofLength: lowercase.utf8.count) else { return nil }
    return index(of: lowercase, from: 0).map { string(fields[$0].value) }
  }

  /// The values of every line called `lowercase`, joined as one list (RFC 9110 section 5.3).
  @inlinable
  public func joined(named lowercase: String) -> String? {
    guard hasName(ofLength: lowercase.utf8.count) else { return nil }
    return list(named: lowercase)
  }

  /// Whether any field's name has `count` bytes: what most names that are not there fail by.
  @inlinable
  func hasName(ofLength count: Int) -> Bool { lengths & FieldBlock.bit(ofLength: count) != 0 }

  @usableFromInline
  func list(named lowercase: String) -> String? {
    guard var at = index(of: lowercase, from: 0) else { return nil }
    var text = string(fields[at].value)
    while let next = index(of: lowercase, from: at + 1) {
      text += ", " + string(fields[next].value)
      at = next
    }
    return text
  }

  /// Whether `field` is called `lowercase`; allocates nothing.
  public func isNamed(_ field: Field, _ lowercase: String) -> Bool {
    equals(field.name, lowercase)
  }

  /// Whether the bytes at `range` spell `lowercase` in any case; allocates nothing.
  public func equals(_ range: ByteRange, _ lowercase: String) -> Bool {
    lowercase.utf8.count == Int(range.count) && spells(range, lowercase)
  }

  /// The first field from `start` on that is called `lowercase`.
  @usableFromInline
  func index(of lowercase: String, from start: Int) -> Int? {
    let count = lowercase.utf8.count
    for at in start..<fields.count
    where Int(fields[at].name.count) == count && spells(fields[at].name, lowercase) {
      return at
    }
    return nil
  }

  /// Whether the bytes at `range`, as many as `lowercase` has, spell it.
  private func spells(_ range: ByteRange, _ lowercase: String) -> Bool {
    let bytes = bytes
    let (span, wanted) = (bytes.span, lowercase.utf8.span)
    let (start, count) = (Int(range.start), wanted.count)
    var at = 0
    while at < count {
      let found = span.word(from: start &+ at, to: start &+ count).lowercased
      guard found == wanted.word(from: at, to: count) else { return false }
      at &+= ByteWord.count
    }
    return true
  }
}
