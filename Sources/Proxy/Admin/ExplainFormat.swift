/// How an explanation is written.
public enum ExplainFormat: Sendable {
  /// Tables for people.
  case text
  /// One JSON object.
  case json

  /// The media type of the answer.
  public var mediaType: String {
    switch self {
    case .text: "text/plain; charset=utf-8"
    case .json: "application/json"
    }
  }

  /// What an `Accept` field asks for: text only where it says so.
  init(accepting field: String?) {
    self = field?.lowercased().hasPrefix("text/plain") == true ? .text : .json
  }
}
