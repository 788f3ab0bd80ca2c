/// A pattern for requests: `POST /v1/posts`, or a path alone for every method.
public struct RequestPattern: Hashable, Sendable {
  /// The method it takes; nil means every method.
  public let method: String?
  /// The paths it takes.
  public let path: PathPattern

  /// The pattern `text` means, or nil when it is not `METHOD /path` or `/path`.
  public init?(_ text: String) {
    let parts = text.split(separator: " ")
    guard let last = parts.last, parts.count <= 2, let path = PathPattern(String(last)) else {
      return nil
    }
    if parts.count == 2 {
      guard parts[0].utf8.allSatisfy({ 0x41...0x5A ~= $0 || $0 == UInt8(ascii: "-") }) else {
        return nil
      }
      method = String(parts[0])
    } else {
      method = nil
    }
    self.path = path
  }

  /// The pattern as an operator writes it.
  public var text: String { method.map { "\($0) \(path.text)" } ?? path.text }

  /// Whether a request of this method and path fits.
  public func matches(method: String, path: RequestPath) -> Bool {
    (self.method == nil || self.method == method) && self.path.matches(path)
  }
}
