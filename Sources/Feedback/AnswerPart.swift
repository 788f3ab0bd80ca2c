/// Where in an answer a value stands.
public enum AnswerPart: Hashable, Sendable {
  /// In the header field of this name, in lower case.
  case field(String)
  /// In the JSON body, at this path of member names, outermost first; `*` is any element of an
  /// array. An empty path is the text of the whole body.
  case body([String])

  /// The field's name; nil for a place in the body.
  var field: String? { if case .field(let name) = self { name } else { nil } }
}
