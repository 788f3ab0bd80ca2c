import Policy

/// The file of `users`: a `name:hash` in each line, empty lines, and comments behind `#`.
struct UsersText {
  /// Most bytes the file may have: 1 MiB.
  static let largestFile = 1 << 20
  static let mostUsers = 10_000
  static let longestName = 64

  private(set) var users: [ProxyUser] = []
  private(set) var faults: FaultList
  /// The line of each name.
  private var lines: [String: Int] = [:]

  /// Reads the file's text; `file` is what its faults call it.
  ///
  /// No fault repeats anything of a line: whoever swaps name and hash would read the hash.
  init(_ text: String, file: String) {
    faults = FaultList(file: file)
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, bytes) in lines.enumerated() {
      let line = Substring(bytes.last == 0x0D ? bytes.dropLast() : bytes)
      if line.isEmpty || line.hasPrefix("#") { continue }
      if users.count == UsersText.mostUsers {
        add(index + 1, 1, "this is one user too many, allowed: \(UsersText.mostUsers)")
        return
      }
      read(line, number: index + 1)
    }
    if users.isEmpty, faults.isEmpty {
      add(1, 1, "the file names no user, allowed: lines such as ada:HASH")
    }
  }

  private mutating func read(_ line: Substring, number: Int) {
    guard let colon = line.firstIndex(of: ":") else {
      add(number, 1, "this line has no :, allowed: name:hash, empty lines, and comments behind #")
      return
    }
    let name = String(line[..<colon])
    let hash = line[line.index(after: colon)...]
    guard name.utf8.count <= UsersText.longestName, FieldNameText.isToken(name) else {
      add(
        number, 1,
        "this is no user's name, allowed before the colon: 1 to \(UsersText.longestName) letters, "
          + "digits and !#$%&'*+-.^_`|~")
      return
    }
    if let first = lines[name] {
      add(number, 1, "this name stands in line \(first) already, allowed: once")
      return
    }
    lines[name] = number
    if let fault = HashText.fault(hash) {
      add(number, name.utf8.count + 2, "this user's hash \(fault)")
    }
    users.append(ProxyUser(name: name, hash: String(hash)))
  }

  private mutating func add(_ line: Int, _ column: Int, _ message: String) {
    faults.add(Position(line: line, column: column), message)
  }
}
