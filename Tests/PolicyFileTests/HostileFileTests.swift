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

  @Test("is taken or refused, and what is taken makes sense", arguments: [1, 2, 3] as [UInt64])
  func spoilt(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let text = try String(contentsOfFile: "\(ConfTests.folder)/penstock.yaml", encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
    let parts = lines.joined(separator: "\n").split(
      separator: " ", omittingEmptySubsequences: false)
    var sources = Sample.sources()
    sources.environment = ConfTests.environment
    var taken = 0
    for round in 0..<200 {
      let spoilt = Self.spoilt(parts, &random)
      switch PolicyReader.read(text: spoilt, file: "p", sources: sources) {
      case .success(let book):
        taken += 1
        for api in book.apis { check(api, "seed \(seed), round \(round)") }
        #expect(Router(book).rulebook.apis.count == book.apis.count)
      case .failure(let faults):
        #expect(!faults.diagnostics.isEmpty)
        for fault in faults.diagnostics {
          #expect(
            fault.line >= 1 && fault.column >= 1 && !fault.message.isEmpty
              && !fault.message.contains("\n"),
            "seed \(seed), round \(round): \(fault)")
        }
      }
    }
    #expect((1..<200).contains(taken), "seed \(seed)")
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
