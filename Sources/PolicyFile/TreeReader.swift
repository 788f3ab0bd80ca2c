import Yams

/// Reads YAML into items with their places, and refuses what a policy file has no use for.
///
/// Anchors and aliases (a few lines of them can stand for billions of nodes), tags, and more than
/// 16 levels are faults. So is a word that stands twice in one map; Yams stops at the first of
/// those, so each is marked with a private-use character and the text is read again: every
/// duplicate is reported, at its own place.
struct TreeReader {
  static let deepest = 16
  static let mostDuplicates = 64
  static let tooDeep = "this is nested too deeply, allowed: 16 levels"

  private var faults: FaultList
  /// What the marked words were.
  private var marked: [Unicode.Scalar: String] = [:]

  /// The tree of `text`, or nil when it is no YAML; what is wrong goes to `faults`.
  static func tree(_ text: String, faults: inout FaultList) -> Item? {
    var reader = TreeReader(faults: faults)
    let item = reader.read(text)
    faults = reader.faults
    return item
  }

  private init(faults: FaultList) { self.faults = faults }

  private mutating func read(_ original: String) -> Item? {
    var scalars = Array(original.unicodeScalars)
    while true {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      do {
        let parser = try Parser(yaml: String(text), resolver: .basic, encoding: .utf8)
        let root = try parser.singleRoot()
        // Nodes refer to their anchors weakly: the parser owns them.
        return withExtendedLifetime(parser) { root.map { item($0, depth: 1) } }
      } catch YamlError.duplicatedKeysInMapping(let words, let context) {
        if mark(words.first, at: context.mark, in: &scalars) { continue }
        faults.add(Position(context.mark), "this word stands twice in one map, allowed: once")
        return nil
      } catch {
        add(error)
        return nil
      }
    }
  }

  /// Puts a private-use character over the first of a word's occurrence, if that is possible.
  private mutating func mark(
    _ word: String?, at mark: Mark, in scalars: inout [Unicode.Scalar]
  ) -> Bool {
    guard let word, marked.count < TreeReader.mostDuplicates,
      let sign = Unicode.Scalar(0xF_0000 + UInt32(marked.count)), !scalars.contains(sign),
      var index = TreeReader.index(of: Position(mark), in: scalars)
    else { return false }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, let first = word.unicodeScalars.first, scalars[index] == first
    else { return false }
    scalars[index] = sign
    marked[sign] = word
    return true
  }

  private static func index(of position: Position, in scalars: [Unicode.Scalar]) -> Int? {
    var line = 1
    var index = 0
    while line < position.line, index < scalars.count {
      switch scalars[index] {
      case "\r" where index + 1 < scalars.count && scalars[index + 1] == "\n": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": line += 1
      default: break
      }
      index += 1
    }
    index += position.column - 1
    return index < scalars.count ? index : nil
  }

  private mutating func item(_ node: Node, depth: Int) -> Item {
    let position = node.mark.map { Position($0) } ?? .start
    if node.anchor != nil {
      faults.add(position, "anchors and aliases are not allowed: write the value out")
      return Item(position: position, content: .nothing)
    }
    if depth > TreeReader.deepest {
      faults.add(position, TreeReader.tooDeep)
      return Item(position: position, content: .nothing)
    }
    if node.tag.rawValue != node.untagged.rawValue {
      faults.add(position, "tags (words after !) are not allowed: write the value alone")
    }
    switch node {
    case .scalar(let scalar):
      let isNothing = scalar.string.isEmpty && scalar.style == .plain
      return Item(position: position, content: isNothing ? .nothing : .text(scalar.string))
    case .sequence(let nodes):
      return Item(position: position, content: .list(nodes.map { item($0, depth: depth + 1) }))
    case .mapping(let pairs):
      return Item(position: position, content: .map(entries(pairs, depth: depth)))
    case .alias:
      return Item(position: position, content: .nothing)
    }
  }

  private mutating func entries(_ pairs: Node.Mapping, depth: Int) -> [Item.Entry] {
    var entries: [Item.Entry] = []
    var lines: [String: Int] = [:]
    for (key, node) in pairs {
      let value = item(node, depth: depth + 1)
      let place = item(key, depth: depth + 1)
      guard case .text(var word) = place.content else {
        if key.anchor == nil {
          faults.add(place.position, "found \(place.noun), allowed before a colon: a word")
        }
        continue
      }
      if let sign = word.unicodeScalars.first, let original = marked[sign] { word = original }
      if let line = lines[word] {
        faults.add(
          place.position, "this word stands twice in one map, allowed: once; first in line \(line)")
        continue
      }
      lines[word] = place.position.line
      entries.append(Item.Entry(word: word, position: place.position, value: value))
    }
    return entries
  }

  /// Yams' own descriptions quote the text around a fault, which may hold a secret.
  private mutating func add(_ error: any Error) {
    guard let error = error as? YamlError else {
      faults.add(.start, "this is no YAML")
      return
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let isDepth = problem.contains("nesting level")
      faults.add(
        Position(mark), isDepth ? TreeReader.tooDeep : "this is no YAML: \(problem)")
    case .reader(let problem, let offset, _, let yaml):
      var position = Position.start
      for character in yaml.prefix(offset ?? 0) {
        if character.isNewline {
          position = Position(line: position.line + 1, column: 1)
        } else {
          position.column += character.unicodeScalars.count
        }
      }
      faults.add(position, "this is no YAML: \(problem)")
    default:
      faults.add(.start, "this is no YAML")
    }
  }
}

extension Node {
  /// The tag this kind of node has when none is written.
  fileprivate var untagged: Tag.Name {
    switch self {
    case .scalar, .alias: .str
    case .sequence: .seq
    case .mapping: .map
    }
  }
}

extension Position {
  fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
