import Foundation
import Policy
import Seeding
import Testing

@testable import PolicyFile

@Suite("A policy nobody meant") struct HostileFileTests {
  /// What stands in the place of something else.
  static let words = [
    "0", "-1", "1", "9223372036854775807", "18446744073709551616", "5", "20s", "5m", "50%", "100%",
    "101%", "999%", "366d",
    "0s", "1ms", "1000000000/366d", "1/s", "1000000000/s", "25/day", "[]", "{}", "~", "&a", "*a",
    "!x", "\"\u{0}\"", "'", "\"", ":", "}", "{", ",", "- ", "#", "\u{FEFF}", "\u{2028}", "é", "/",
    "/~", "/a~1b", "00:00-24:00 UTC", "12:00-12:00 UTC", "Europe/Paris", "../../etc/passwd",
    "file:/a.yaml", "first-request", "aligned", "fixed-window", "two-counter-window", "learned",
    "spacing", "hours", "calendar", "even", "never", "account", "other", "uploads",
    "unix:/run/p", "systemd:p", "0.0.0.0:1", "\"[::]:1\"", "required", "intercept", "tunnel",
    "none",
    "auto", "8KiB", "5GiB", "99999999999TiB", "10.0.0.0/8", "\"::/0\"", "10.0.0.0/99", "websocket",
    "/run/users", "refuse", "forward", "0660",
    String(repeating: "a", count: 300),
  ]

  /// The text with a word or two replaced, removed, or written twice.
  static func spoilt(_ text: [Substring], _ random: inout SplitMix64) -> String {
    var parts = text
    for _ in 0...random.next() % 4 / 3 {
      let plain = parts.indices.filter { !parts[$0].isEmpty && !parts[$0].contains("\n") }
      let index = plain[Int(random.next() % UInt64(plain.count))]
      switch random.next() % 8 {
      case 0: parts.remove(at: index)
      case 1: parts.insert(parts[index], at: index)
      case 2, 3, 4: parts[index] = parts[plain[Int(random.next() % UInt64(plain.count))]]
      default:
        let comma = parts[index].hasSuffix(",") ? "," : ""
        parts[index] = (words[Int(random.next() % UInt64(words.count))] + comma)[...]
      }
    }
    return parts.joined(separator: " ")
  }

  @Test(
    "is taken or refused, and what is taken makes sense", arguments: [1, 2, 3] as [UInt64],
    ["penstock.yaml", "examples/shared-host.yaml", "examples/interception.yaml"])
  func spoilt(seed: UInt64, name: String) throws {
    var random = SplitMix64(seed: seed)
    let text = try String(contentsOfFile: "\(ConfTests.folder)/\(name)", encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
    let parts = lines.joined(separator: "\n").split(
      separator: " ", omittingEmptySubsequences: false)
    var taken = 0
    for round in 0..<100 {
      let spoilt = Self.spoilt(parts, &random)
      switch PolicyReader.read(text: spoilt, file: "p", sources: ConfTests.sources) {
      case .success(let book):
        taken += 1
        for api in book.apis { check(api, "\(name), seed \(seed), round \(round)") }
        check(book, "\(name), seed \(seed), round \(round)")
        #expect(Router(book).rulebook.apis.count == book.apis.count)
      case .failure(let faults):
        #expect(!faults.diagnostics.isEmpty)
        for fault in faults.diagnostics {
          #expect(
            fault.line >= 1 && fault.column >= 1 && !fault.message.isEmpty
              && !fault.message.contains("\n"),
            "\(name), seed \(seed), round \(round): \(fault)")
        }
      }
    }
    #expect((1..<100).contains(taken), "\(name), seed \(seed)")
  }

  /// Nobody gets in unasked, and nothing is intercepted that cannot be.
  func check(_ book: Rulebook, _ place: Comment) {
    for rule in book.proxies {
      guard case .tcp(let host, _) = rule.address, !HostText.isLoopback(host) else { continue }
      #expect(rule.needsUser || rule.tls?.clients != nil, place)
    }
    if case .tcp(let host, _) = book.admin.address { #expect(HostText.isLoopback(host), place) }
    #expect(book.users.isEmpty != book.proxies.contains(where: \.needsUser), place)
    for api in book.apis where api.connect == .intercept {
      #expect(book.authority != nil && api.origin.isSecure && !api.isCatchAll, place)
    }
  }

  func check(_ api: Api, _ place: Comment) {
    let lanes = Set(api.lanes.map(\.name))
    #expect(lanes.count == api.lanes.count, place)
    for limit in api.limits {
      #expect(limit.reserved.keys.allSatisfy(lanes.contains), place)
      #expect(limit.reserved.values.reduce(0, +) <= 100, place)
      for lane in api.lanes {
        #expect(lane.costs[limit.name] ?? 1 <= limit.kind.largestCost, place)
      }
    }
    for lane in api.lanes { #expect(lane.keys.allSatisfy(api.keys.indices.contains), place) }
  }
}
