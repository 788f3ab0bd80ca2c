import FuzzSupport
import Policy
import PolicyFile

/// A steering byte says what the text behind it is: a policy, a secret, a provider or the
/// users, a workload.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let steering = input.byte()
  switch steering & 3 {
  case 0: fuzzPolicy(String(decoding: input.rest(), as: UTF8.self))
  case 1: fuzzSecret(String(decoding: input.rest(), as: UTF8.self), steering >> 2)
  case 2: steering & 4 == 0 ? fuzzProvider(input.rest()) : fuzzUsers(input.rest())
  default: fuzzWorkload(String(decoding: input.rest(), as: UTF8.self))
  }
  return 0
}

private func fuzzPolicy(_ text: String) {
  switch PolicyReader.read(text: text, file: "p.yaml", sources: Canary.sources()) {
  case .success(let book):
    check(book)
    checkCommented(text, book)
  case .failure(let faults): check(faults, in: text)
  }
}

/// A comment ahead changes nothing, and neither does reading once more.
private func checkCommented(_ text: String, _ book: Rulebook) {
  guard text.unicodeScalars.first != "\u{FEFF}" else { return }
  let commented = PolicyReader.read(
    text: "# \(Canary.text)\n" + text, file: "p.yaml", sources: Canary.sources())
  guard case .success(let again) = commented else {
    fatalError("finding: a comment makes a policy bad")
  }
  require(
    again.apis.map(\.name) == book.apis.map(\.name)
      && again.apis.map { $0.limits.map(\.name) } == book.apis.map { $0.limits.map(\.name) }
      && again.apis.map { $0.lanes.map(\.name) } == book.apis.map { $0.lanes.map(\.name) },
    "a comment changes a policy")
}

/// A secret pasted into the file, alone or behind the word for a variable or a file.
private func fuzzSecret(_ text: String, _ steering: UInt8) {
  let prefix = ["", "env:", "file:", "credential:"][Int(steering & 3)]
  let escaped = (prefix + Canary.text + text).unicodeScalars.map { scalar in
    let digits = String(scalar.value, radix: 16)
    return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
  }.joined()
  let policy = """
    apis:
      a:
        origin: https://a.example
        credential: { header: X-Key }
        keys: { k: { secret: "\(escaped)" } }
    """
  switch PolicyReader.read(text: policy, file: "p.yaml", sources: Canary.sources()) {
  case .success: fatalError("finding: a secret that stands in the file is taken")
  case .failure(let faults): check(faults, in: policy)
  }
}

private func fuzzProvider(_ bytes: [UInt8]) {
  let isPublic = bytes.first == 0x23
  let keys = isPublic ? "" : ", keys: { k: { secret: env:A } }"
  let policy = "apis: { a: { origin: https://a.example, provider: file:/own.yaml\(keys) } }"
  let sources = Canary.sources(file: bytes)
  switch PolicyReader.read(text: policy, file: "p.yaml", sources: sources) {
  case .success(let book): check(book)
  case .failure(let faults): check(faults, in: policy + String(decoding: bytes, as: UTF8.self))
  }
}

/// The users' file: what stands in a line of it is nowhere repeated.
private func fuzzUsers(_ bytes: [UInt8]) {
  let policy = """
    listen: { proxy: { address: 127.0.0.1:0, users: required } }
    users: /own.yaml
    apis: { a: { origin: https://a.example } }
    """
  let sources = Canary.sources(file: bytes)
  switch PolicyReader.read(text: policy, file: "p.yaml", sources: sources) {
  case .success(let book):
    require((1...10_000).contains(book.users.count), "\(book.users.count) users")
    require(Set(book.users.map(\.name)).count == book.users.count, "a user twice")
    for user in book.users {
      require(Array(user.name.utf8).isToken && user.name.utf8.count <= 64, "the name \(user.name)")
    }
  case .failure(let faults):
    let text = String(decoding: bytes, as: UTF8.self)
    check(faults, in: policy + text)
    let lines = text.split(separator: "\n").filter { $0.utf8.count >= 16 }
    for fault in faults.diagnostics {
      require(!lines.contains { fault.message.contains($0) }, "a line of the users': \(fault)")
    }
  }
}

private let rulebook = Rulebook.good

private func fuzzWorkload(_ text: String) {
  switch WorkloadReader.read(text: text, file: "w.yaml", rulebook: rulebook) {
  case .success: break
  case .failure(let faults): check(faults, in: text)
  }
}

/// What every accepted policy keeps to.
private func check(_ book: Rulebook) {
  require(Router(book).rulebook.apis.count == book.apis.count, "a router")
  require(Set(book.apis.map(\.name)).count == book.apis.count, "a name twice")
  for api in book.apis {
    let lanes = Set(api.lanes.map(\.name))
    require(lanes.count == api.lanes.count && !lanes.isEmpty, "the lanes")
    require(Set(api.limits.map(\.name)).count == api.limits.count, "a limit's name twice")
    for limit in api.limits {
      require(limit.reserved.keys.allSatisfy(lanes.contains), "a reserved share for no lane")
      require(limit.reserved.values.reduce(0, +) <= 100, "more reserved than there is")
      for lane in api.lanes {
        require(lane.costs[limit.name] ?? 1 <= limit.kind.largestCost, "a cost never met")
      }
    }
    for lane in api.lanes {
      require(lane.keys.allSatisfy(api.keys.indices.contains), "a key there is not")
    }
  }
  require(!"\(book.apis.map(\.keys))".contains(Canary.text), "a secret is shown")
}

/// What every fault keeps to: a place, one line of text, and no secret.
private func check(_ faults: PolicyFaults, in text: String) {
  let diagnostics = faults.diagnostics
  require((1...1000).contains(diagnostics.count), "\(diagnostics.count) faults")
  let mayShow = text.lowercased().contains(Canary.text)
  for fault in diagnostics {
    require(fault.line >= 1 && fault.column >= 1, "no place: \(fault)")
    require(fault.line <= text.unicodeScalars.count + 1, "a line there is not: \(fault)")
    require((1...4096).contains(fault.message.utf8.count), "no message: \(fault)")
    require(
      fault.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F },
      "a message of more than a line: \(fault)")
    require(mayShow || !fault.description.contains(Canary.text), "a secret: \(fault)")
  }
}
