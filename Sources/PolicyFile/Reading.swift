import Policy
import Timekeeping

/// The state of reading one policy file: the faults so far, and where other files come from.
///
/// Every method reads one part of the file, adds what is wrong to `faults`, and returns what it
/// could read, so that one run finds every fault.
struct Reading {
  var faults: FaultList
  let sources: PolicySources
  /// Which API each host name belongs to.
  var hostOwners: [String: String] = [:]
  /// The time zones read so far.
  var zones: [String: Zone] = [:]
  /// The providers read so far, by what the policy calls them.
  var providers: [String: ProviderDefaults] = [:]
  /// Penstock's own addresses, which no origin may be.
  var ownAddresses: [ListenAddress] = []
  /// Whether the file has a certificate authority to intercept with.
  var hasAuthority = false
  /// What CONNECT to an API does that does not say so itself.
  var usualConnect = ConnectRule.refuse

  /// The words of one map.
  struct Words {
    let position: Position
    let entries: [Item.Entry]

    subscript(word: String) -> Item.Entry? { entries.first { $0.word == word } }
  }

  /// The words of the map `item`; unknown ones are faults that name the nearest valid one.
  ///
  /// Words in `unsupported` are faults that say so. With `isPrivate`, a word is repeated only when
  /// it is nearly a valid one.
  mutating func words(
    _ item: Item, in place: String, allowed: [String], unsupported: [String] = [],
    isPrivate: Bool = false
  ) -> Words? {
    let list = allowed.sorted().joined(separator: ", ")
    guard case .map(let entries) = item.content else {
      faults.add(item.position, "found \(item.noun), allowed in \(place): a map of \(list)")
      return nil
    }
    for entry in entries where !allowed.contains(entry.word) {
      if unsupported.contains(entry.word) {
        faults.add(
          entry.position,
          "\(Echo.quoted(entry.word)) is not supported by this version of Penstock")
        continue
      }
      let suggestion = Echo.suggestion(for: entry.word, among: allowed)
      let shown = isPrivate && suggestion.isEmpty ? "" : " \(Echo.quoted(entry.word))"
      faults.add(entry.position, "unknown word\(shown), allowed in \(place): \(list)\(suggestion)")
    }
    return Words(
      position: item.position, entries: entries.filter { allowed.contains($0.word) })
  }

  /// The entries of a map whose words are names of the operator's choice.
  mutating func names(_ item: Item, of things: String) -> [Item.Entry] {
    guard case .map(let entries) = item.content, !entries.isEmpty else {
      let noun = if case .map = item.content { "an empty map" } else { item.noun }
      faults.add(item.position, "found \(noun), allowed in \(things): a map of names")
      return []
    }
    return entries
  }

  /// The text of `item`, which `allowed` describes.
  mutating func text(_ item: Item, for word: String, allowed: String) -> String? {
    guard case .text(let text) = item.content else {
      faults.add(item.position, "found \(item.noun), allowed for \(word): \(allowed)")
      return nil
    }
    return text
  }

  /// The items of a list, or one item that stands alone; an empty list is a fault.
  mutating func oneOrMore(_ item: Item, for word: String, allowed: String) -> [Item] {
    guard case .list(let items) = item.content else { return [item] }
    if items.isEmpty {
      faults.add(item.position, "found an empty list, allowed for \(word): \(allowed)")
    }
    return items
  }

  /// The whole number of `item`, within `range`.
  mutating func integer(_ item: Item, for word: String, in range: ClosedRange<Int>) -> Int? {
    let allowed = "\(range.lowerBound) to \(range.upperBound)"
    guard let text = text(item, for: word, allowed: allowed) else { return nil }
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text),
      range.contains(number)
    else {
      faults.add(item.position, "found \(Echo.quoted(text)), allowed for \(word): \(allowed)")
      return nil
    }
    return number
  }

  /// The one of `choices` that `item` names.
  mutating func choice(_ item: Item, for word: String, among choices: [String]) -> String? {
    let list = choices.joined(separator: ", ")
    guard let text = text(item, for: word, allowed: list) else { return nil }
    guard choices.contains(text) else {
      faults.add(
        item.position,
        "found \(Echo.quoted(text)), allowed for \(word): \(list)"
          + Echo.suggestion(for: text, among: choices))
      return nil
    }
    return text
  }

  /// What `parse` makes of the text of `item`.
  mutating func value<T>(
    _ item: Item, for word: String, allowed: String, parse: (String) throws(Misread) -> T
  ) -> T? {
    guard let text = text(item, for: word, allowed: allowed) else { return nil }
    do {
      return try parse(text)
    } catch {
      faults.add(item.position, error.reason)
      return nil
    }
  }

  /// Whether a name of the operator's choice is usable in URLs, `/stats` and messages.
  static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.first != "-"
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"): true
        default: false
        }
      }
  }

  static let nameRule = "1 to 64 of a-z, 0-9 and -, not starting with -"
}
