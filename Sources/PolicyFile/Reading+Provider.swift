import Feedback
import Policy

extension Reading {
  static let plainProvider = "generic"

  /// What the provider brings that an API names: one that comes with Penstock, or a file.
  ///
  /// Each is read once; its limits carry the place where the API names it.
  mutating func provider(_ entry: Item.Entry?) -> ProviderDefaults {
    let name = entry.flatMap { providerName($0.value) } ?? Reading.plainProvider
    let place = entry?.value.position ?? .start
    let known = providers[name]
    var defaults = known ?? readProvider(name, at: place)
    defaults.word = name
    if known == nil { providers[name] = defaults }
    for index in defaults.limits.indices { defaults.limits[index].move(to: place) }
    return defaults
  }

  /// The name of a provider that comes with Penstock, or `file:` and a path.
  private mutating func providerName(_ item: Item) -> String? {
    let names = ProviderDefaults.names
    let allowed = names.joined(separator: ", ") + " or file:/path.yaml"
    guard let text = text(item, for: "provider", allowed: allowed) else { return nil }
    if names.contains(text) || text.hasPrefix("file:") { return text }
    faults.add(
      item.position,
      "found \(Echo.quoted(text)), allowed for provider: \(allowed)"
        + Echo.suggestion(for: text, among: names))
    return nil
  }

  private mutating func readProvider(_ name: String, at position: Position) -> ProviderDefaults {
    if name.hasPrefix("file:") {
      return ownProvider(String(name.dropFirst(5)), at: position)
        ?? ProviderDefaults(dialect: Dialect(name: Reading.plainProvider))
    }
    let content = ProviderDefaults.files.first { $0.name == name }?.content ?? []
    return ProviderDefaults.read(
      String(decoding: content, as: UTF8.self), file: "providers/\(name).yaml", name: name,
      in: &self)
  }

  /// The provider an operator describes in a file of their own.
  private mutating func ownProvider(_ path: String, at position: Position) -> ProviderDefaults? {
    guard path.hasPrefix("/"), !path.utf8.contains(0) else {
      faults.add(
        position,
        "found \(Echo.quoted(path)), allowed after file: an absolute path such as "
          + "/etc/penstock/providers/acme.yaml")
      return nil
    }
    let bytes: [UInt8]
    do {
      bytes = try sources.providerFile(path)
    } catch {
      let reason = (error as? FileFailure).map { ": \($0.reason)" } ?? ""
      faults.add(position, "cannot read the provider's file \(Echo.quoted(path))\(reason)")
      return nil
    }
    guard bytes.count <= ProviderDefaults.largestFile,
      let text = String(validating: bytes, as: UTF8.self)
    else {
      faults.add(
        position,
        "the provider's file \(Echo.quoted(path)) is not UTF-8 of at most "
          + "\(ProviderDefaults.largestFile) bytes")
      return nil
    }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let name = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
    return ProviderDefaults.read(text, file: path, name: name, in: &self)
  }
}
