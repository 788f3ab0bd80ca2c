import Policy

extension Reading {
  /// The path of the file of users, and who stands in it.
  mutating func users(_ item: Item) -> (path: String, users: [ProxyUser])? {
    guard let path = path(item, for: "users", such: "/etc/penstock/users", isPrivate: true)
    else { return nil }
    let bytes: [UInt8]
    do {
      bytes = try sources.usersFile(path)
    } catch {
      let reason = (error as? FileFailure).map { ": \($0.reason)" } ?? ""
      faults.add(item.position, "cannot read the users' file \(Echo.quoted(path))\(reason)")
      return nil
    }
    guard bytes.count <= UsersText.largestFile, let text = String(validating: bytes, as: UTF8.self)
    else {
      faults.add(
        item.position,
        "the users' file \(Echo.quoted(path)) is not UTF-8 of at most \(UsersText.largestFile) "
          + "bytes")
      return nil
    }
    let read = UsersText(text, file: path)
    faults.add(contentsOf: read.faults)
    return (path, read.users)
  }

  /// The absolute path of a file.
  ///
  /// With `isPrivate`, what is none is not repeated, for it may be the file's content.
  mutating func path(
    _ item: Item, for word: String, such: String, isPrivate: Bool = false
  ) -> String? {
    let allowed = "an absolute path such as \(such)"
    guard let path = text(item, for: word, allowed: allowed) else { return nil }
    guard path.hasPrefix("/"), path.utf8.count < 4096, !path.utf8.contains(where: { $0 < 0x20 })
    else {
      let found = isPrivate ? "this is no absolute path" : "found \(Echo.quoted(path))"
      faults.add(item.position, "\(found), allowed for \(word): \(allowed)")
      return nil
    }
    return path
  }
}
