import Foundation
import Timekeeping

extension ProofRow {
  /// The rules of Paris from the system's time zone data.
  static let paris: Zone = {
    let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Paris")
    do {
      return try Zone(name: "Europe/Paris", tzif: [UInt8](data ?? Data()))
    } catch {
      fatalError("/usr/share/zoneinfo/Europe/Paris (package tzdata): \(error)")
    }
  }()
}
