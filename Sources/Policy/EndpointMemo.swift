/// The endpoints that requests went to last, found again by their bytes.
///
/// A path that is not among them is routed anew. At most 64, of at most 256 bytes each.
public struct EndpointMemo {
  private final class Entry: Sendable {
    let method: [UInt8]
    let path: [UInt8]
    let route: EndpointRoute

    init(method: ArraySlice<UInt8>, path: ArraySlice<UInt8>, route: EndpointRoute) {
      self.method = Array(method)
      self.path = Array(path)
      self.route = route
    }
  }

  private static let places = 64
  private static let longest = 256
  private var entries: [Entry?] = []

  /// A memo without entries.
  public init() {}

  /// What `router` says of every request of this method and path to the API at index `api`.
  ///
  /// - Parameter target: Their path, as sent; a query does not count.
  public mutating func route(
    api: Int, method: ArraySlice<UInt8>, target: ArraySlice<UInt8>, by router: Router
  ) -> EndpointRoute {
    let (count, place) = EndpointMemo.place(method.span, target.span)
    if !entries.isEmpty, let entry = entries[place], entry.route.api == api,
      EndpointMemo.areEqual(entry.path, target.span.extracting(first: count)),
      EndpointMemo.areEqual(entry.method, method.span)
    {
      return entry.route
    }
    let path = target.prefix(count)
    let route = router.route(
      api: api, method: String(decoding: method, as: UTF8.self),
      target: String(decoding: path, as: UTF8.self))
    if method.count + count <= EndpointMemo.longest {
      if entries.isEmpty { entries = Array(repeating: nil, count: EndpointMemo.places) }
      entries[place] = Entry(method: method, path: path, route: route)
    }
    return route
  }

  /// How long the path is, and where its entry stands.
  private static func place(
    _ method: Span<UInt8>, _ target: Span<UInt8>
  ) -> (count: Int, place: Int) {
    var hash: UInt32 = 0x811C_9DC5
    for at in method.indices { hash = (hash ^ UInt32(method[at])) &* 0x0100_0193 }
    var at = 0
    while at < target.count, target[at] != UInt8(ascii: "?"), target[at] != UInt8(ascii: "#") {
      hash = (hash ^ UInt32(target[at])) &* 0x0100_0193
      at += 1
    }
    return (at, Int((hash ^ hash >> 16) % UInt32(places)))
  }

  private static func areEqual(_ first: [UInt8], _ second: Span<UInt8>) -> Bool {
    guard first.count == second.count else { return false }
    for at in first.indices where first[at] != second[at] { return false }
    return true
  }
}
