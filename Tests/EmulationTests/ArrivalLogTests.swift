import Events
import Foundation
import Testing
import Timekeeping

@testable import Emulation

struct ArrivalLogTests {
  private func record(_ path: String) -> ArrivalRecord {
    ArrivalRecord(
      at: Instant(nanoseconds: 5), key: "key-1", account: nil, method: "GET", path: path,
      status: 200)
  }

  @Test func `Arrivals are added to the end of the file in order`() throws {
    let file = TemporaryFile()
    let loop = try EventLoop()
    for paths in [["/1", "/2"], ["/3"]] {
      let log = try ArrivalLog(file.path, on: loop)
      for path in paths { log.append(record(path)) }
      log.flush()
      log.flush()
    }
    #expect(try file.lines() == ["/1", "/2", "/3"].map { record($0).line })
  }

  @Test func `Many arrivals are written before their time`() throws {
    let file = TemporaryFile()
    let log = try ArrivalLog(file.path, on: try EventLoop())
    for _ in 0..<2000 { log.append(record("/many")) }
    let written = try file.lines().count
    #expect(written > 500 && written < 2000)
    log.flush()
    #expect(try file.lines().count == 2000)
  }

  @Test func `A file that takes no more is reported once`() throws {
    let log = try ArrivalLog("/dev/full", on: try EventLoop())
    var failures: [IOFailure] = []
    log.onFailure = { failures.append($0) }
    for _ in 0..<2 {
      log.append(record("/"))
      log.flush()
    }
    #expect(failures == [IOFailure("write the log", code: ENOSPC)])
  }

  @Test func `A file that cannot be had is an error`() throws {
    let loop = try EventLoop()
    #expect(throws: IOFailure("open /nowhere/log", code: ENOENT)) {
      try ArrivalLog("/nowhere/log", on: loop)
    }
  }
}

/// A file of its own that goes when it is no longer used.
final class TemporaryFile {
  let path = NSTemporaryDirectory() + "penstock-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func lines() throws -> [String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.split(separator: "\n").map(String.init)
  }
}
