/// One limit that an arrival counts against, and the scope of it: a key, an account, ...
struct LimitCharge: Hashable, Sendable {
  let limit: String
  let scope: String

  init(_ limit: String, _ scope: String) {
    self.limit = limit
    self.scope = scope
  }
}
