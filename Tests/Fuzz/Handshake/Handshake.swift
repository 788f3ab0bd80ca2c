import Events
import FuzzSupport
import Interception

/// A client's bytes, its own or changed, against the server's side of TLS.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(start, count)
  let script = Script(&input)
  let whole = meet(script, pieces: [])
  let cut = meet(script, pieces: script.pieces + Array(repeating: 1, count: 30))
  check(whole, script)
  check(cut, script)
  if case .raw = script.client {
    require(kind(whole) == kind(cut), "cuts change the outcome: \(whole), \(cut)")
  }
  return 0
}

private func meet(_ script: Script, pieces: [Int]) -> Encounter.Ending {
  do {
    return try LoopBench.run { bench in
      await Encounter(script: script, loop: bench.loop).run(pieces: pieces)
    }
  } catch {
    fatalError("no event loop: \(error)")
  }
}

private func kind(_ ending: Encounter.Ending) -> TLSFailure.Kind? {
  if case .refused(let failure) = ending { failure.kind } else { nil }
}

private func check(_ ending: Encounter.Ending, _ script: Script) {
  if case .refused(let failure) = ending {
    require(failure.kind != .timeout, "a handshake that waits for ever")
    require((1...512).contains(failure.detail.utf8.count), "a detail of no or any length")
    require(
      failure.detail.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) },
      "a control character in a log line: \(failure.detail.debugDescription)")
    require(
      failure.kind != .badClientCertificate || script.server == 2, "a certificate not asked for")
    require(failure.kind != .wrongName || script.server == 0, "a name that does not matter")
  }
  if script.client == .real(edits: [:]) {
    let isRefused = script.server == 2
    require(
      isRefused ? kind(ending) == .badClientCertificate : ending == .connected(isWhole: true),
      "a good client of server \(script.server) got \(ending)")
  }
}
