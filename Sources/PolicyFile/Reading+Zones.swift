import Timekeeping

extension Reading {
  static let zoneExample = "UTC or a zone such as Europe/Paris"

  /// The zone of that name; `word` is the one it stands behind.
  mutating func zone(_ name: String, for word: String, at position: Position) -> Zone? {
    if name == Zone.utc.name { return .utc }
    if let zone = zones[name] { return zone }
    let allowed = "allowed for \(word): \(Reading.zoneExample)"
    guard Reading.isZoneName(name) else {
      faults.add(position, "\(Echo.quoted(name)) is no name of a time zone, \(allowed)")
      return nil
    }
    do {
      let zone = try Zone(name: name, tzif: sources.zoneFile(name))
      zones[name] = zone
      return zone
    } catch let fault as ZoneFault {
      faults.add(
        position, "the data of time zone \(Echo.quoted(name)) is not usable: \(fault)")
    } catch {
      faults.add(position, missing(name, allowed: allowed, error: error))
    }
    return nil
  }

  /// What to say of a zone whose data could not be read.
  private func missing(_ name: String, allowed: String, error: any Error) -> String {
    let names = sources.zoneNames()
    if names.isEmpty {
      return
        "time zone \(Echo.quoted(name)) is not here, for this machine has no time zones: install "
        + "tzdata, \(allowed)"
    }
    if names.contains(name) {
      let reason = (error as? FileFailure).map { ": \($0.reason)" } ?? ""
      return "cannot read the data of time zone \(Echo.quoted(name))\(reason)"
    }
    return "there is no time zone \(Echo.quoted(name)), \(allowed)"
      + (Reading.nearestZone(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "")
  }

  /// The zone a person most likely meant, who may have left out the continent.
  private static func nearestZone(to name: String, among names: [String]) -> String? {
    if let whole = Suggestion.nearest(to: name, among: names) { return whole }
    let cities = names.filter { $0.contains("/") }.map { zone in
      (city: zone.split(separator: "/").last.map(String.init) ?? zone, zone: zone)
    }
    let city = Suggestion.nearest(to: name, among: cities.map(\.city))
    return cities.first { $0.city == city }?.zone
  }

  /// Whether a text can be the name of a zone's file: no way out of the folder, no hidden file.
  private static func isZoneName(_ text: String) -> Bool {
    text.utf8.count <= 64 && !text.hasPrefix("/") && !text.hasSuffix("/") && !text.contains("//")
      && !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "_+-/".utf8.contains(byte)
        }
      }
  }
}
