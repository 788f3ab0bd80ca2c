import Feedback

/// An answer as a document shows it.
struct Answer {
  let status: Int
  let fields: [String: String]
  let body: [UInt8]

  /// `lines` are field lines; lines of the same name are joined as the proxy joins them.
  init(_ status: Int, _ lines: String = "", _ body: String = "") {
    self.status = status
    self.body = Array(body.utf8)
    var fields: [String: String] = [:]
    for line in lines.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
      let name = parts[0].lowercased()
      fields[name] = fields[name].map { "\($0), \(value)" } ?? value
    }
    self.fields = fields
  }

  /// What the dialect of `provider` reads in it.
  func read(_ provider: String) -> Reading { read(Provider.dialect(provider)) }

  func read(_ dialect: Dialect) -> Reading {
    dialect.read(status: status, field: { fields[$0] }, body: body)
  }
}
