import Testing

@testable import Timekeeping

@Suite struct ZoneFaultTests {
  /// A version 2 file of one type without transitions, and this footer.
  private func file(_ footer: String, offset: UInt8 = 0) -> [UInt8] {
    let header: [UInt8] =
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + [0, 0, 0, 0, 0, 0, 0, 0]
      + [0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 1, 0, 0, 0, 4]
    let type: [UInt8] = [0, 0, offset, 0, 0, 0] + Array("ABC\0".utf8)
    return header + type + header + type + Array("\n\(footer)\n".utf8)
  }

  private func fault(_ bytes: [UInt8]) -> ZoneFault? {
    do {
      _ = try Zone(name: "X", tzif: bytes)
      return nil
    } catch { return error }
  }

  @Test(
    arguments: [
      ("UTC0", 0), ("<+0530>-5:30", 19_800), ("<-03>3", -10_800),
      ("EST5EDT,M3.2.0,M11.1.0", -18_000),
      ("", 256), ("IST-1GMT0,M10.5.0,M3.5.0/1", 0), ("XXX3EDT4,0/0,J365/23", -14_400),
      ("AAA-1BBB-2,J60,J300", 3_600), ("AAA-1BBB-2,59/-1,300/25:30:10", 3_600),
    ] as [(String, Int64)])
  func `Footers that follow the standard`(footer: String, offset: Int64) throws {
    let zone = try Zone(name: "X", tzif: file(footer, offset: 1))
    // Noon of 10 January 2027.
    let time = WallTime(secondsSinceEpoch: 1_799_582_400)
    #expect(zone.offset(at: time) == offset * 1_000_000_000, "\(footer)")
  }

  @Test(arguments: [
    "U0", "UTC", "UTC25", "UTC0:60", "<+05-5", "EST5EDT", "EST5EDT,M13.1.0,M11.1.0",
    "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,M3.2.0", "EST5EDT,J0,J365",
    "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0,M11.1.0,", "UTC0\u{0}",
    "UTC999999999999999999999",
  ])
  func `Footers that do not`(footer: String) {
    guard case .footer = fault(file(footer)) else {
      Issue.record("\(footer) was taken")
      return
    }
  }

  @Test func `Faults say what is wrong`() throws {
    let paris = try Zones.bytes("Europe/Paris")
    #expect(fault([]) == .truncated(needed: 44, found: 0))
    #expect(fault(Array("TZIF".utf8) + paris.dropFirst(4)) == .notTZif)
    var bytes = paris
    bytes[4] = UInt8(ascii: "9")
    #expect(fault(bytes) == .version(UInt8(ascii: "9")))
    bytes = paris
    bytes[32] = 0xFF
    guard case .count("timecnt", _) = fault(bytes) else {
      Issue.record("a count of 4 billion was taken")
      return
    }
    for fault in [
      ZoneFault.notTZif, .version(1), .truncated(needed: 2, found: 1), .count("typecnt", 0),
      .transition(3), .footer(at: 4),
    ] { #expect(!fault.description.isEmpty) }
  }

  @Test func `No cut and no changed byte traps`() throws {
    let bytes = try Zones.bytes("Australia/Lord_Howe")
    for end in stride(from: 0, to: bytes.count, by: 3) {
      #expect(fault(Array(bytes[..<end])) != nil, "cut at \(end)")
    }
    for place in bytes.indices {
      for value in [0, 0x7F, 0x80, 0xFF, bytes[place] &+ 1] as [UInt8] {
        var changed = bytes
        changed[place] = value
        guard let zone = try? Zone(name: "X", tzif: changed) else { continue }
        let time = WallTime(secondsSinceEpoch: 1_800_000_000)
        #expect(zone.startOfNextDay(after: time) > zone.startOfDay(containing: time))
      }
    }
  }

  @Test func `A version 1 file keeps its last offset`() throws {
    let header: [UInt8] =
      Array("TZif".utf8) + [UInt8](repeating: 0, count: 16) + [0, 0, 0, 0, 0, 0, 0, 0]
      + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 2, 0, 0, 0, 4]
    let types: [UInt8] =
      [0, 0, 14, 16, 0, 0] + [0xFF, 0xFF, 0xF1, 0xF0, 0, 0] + Array("ABC\0".utf8)
    let zone = try Zone(name: "X", tzif: header + [0x60, 0, 0, 0, 1] + types)
    #expect(zone.offset(at: WallTime(secondsSinceEpoch: 0)) == 3_600_000_000_000)
    #expect(zone.offset(at: WallTime(secondsSinceEpoch: 0x6000_0000)) == -3_600_000_000_000)
    #expect(zone.nextChange(after: WallTime(secondsSinceEpoch: 0x6000_0000)) == nil)
  }
}
