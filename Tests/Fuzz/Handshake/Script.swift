import FuzzSupport

/// What an input asks for: which server a client meets, how its bytes come, and what they are.
struct Script: Sendable {
  enum Client: Equatable, Sendable {
    /// These bytes and nothing else.
    case raw([UInt8])
    /// A real client, of whose bytes some are changed: masks by offset.
    case real(edits: [Int: UInt8])
  }

  /// An index into `Servers.all`.
  let server: Int
  /// How many of the first bytes were read before the server's stream was made.
  let early: Int
  let pieces: [Int]
  let grain: Int?
  /// Whether a real client speaks TLS 1.2.
  let isOld: Bool
  let client: Client

  init(_ input: inout FuzzInput) {
    let steering = input.byte()
    server = Int(steering & 3) % 3
    // The servers with a certificate of their own show an authority's, which TLS 1.2 refuses.
    isOld = steering & 8 != 0 && server == 0
    early = Int(input.byte())
    pieces = input.pieces()
    grain = steering & 16 == 0 ? nil : (Int(input.byte()) + 1) * 64
    let rest = input.rest()
    guard steering & 4 != 0 else {
      client = .raw(rest)
      return
    }
    var edits: [Int: UInt8] = [:]
    for at in stride(from: 0, to: rest.count - 2, by: 3) {
      edits[Int(rest[at]) << 8 | Int(rest[at + 1])] = rest[at + 2]
    }
    client = .real(edits: edits.filter { $0.value != 0 })
  }
}
