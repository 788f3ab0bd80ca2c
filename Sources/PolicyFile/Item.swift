/// A node of the policy file with its place: what remains of YAML once it is read.
struct Item {
  enum Content {
    case text(String)
    case list([Item])
    case map([Entry])
    /// A word with no value behind it.
    case nothing
  }

  /// A word of a map and what stands behind it.
  struct Entry {
    var word: String
    var position: Position
    var value: Item
  }

  var position: Position
  var content: Content

  /// What a person calls this kind of content.
  var noun: String {
    switch content {
    case .text: "a text"
    case .list: "a list"
    case .map: "a map"
    case .nothing: "nothing"
    }
  }
}
