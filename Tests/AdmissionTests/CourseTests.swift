import Testing

@testable import Admission

/// The same course of events leads to the same decisions, instant by instant, in every version.
///
/// The numbers are those of an engine that lets every request pass through its flow's queue: one that
/// grants some at once must decide, and leave behind, the same.
@Suite struct CourseTests {
  @Test(
    arguments: [
      (true, 2, 16_470_708_618_991_263_653),
      (true, 3, 18_202_311_522_719_445_554),
      (true, 21, 13_679_273_597_191_795_230),
      (false, 2, 6_849_778_246_920_341_767),
      (false, 3, 6_483_547_342_771_181_264),
      (false, 21, 15_517_531_494_006_445_899),
    ] as [(Bool, UInt64, UInt64)])
  func `A random course of events is decided as recorded`(
    isWild: Bool, seed: UInt64, recorded: UInt64
  ) {
    let run = MixedRun(seed: seed, isWild: isWild)
    for step in 0..<6_000 {
      run.step()
      if step % 16 == 0 { run.noteDeadline() }
    }
    #expect(run.digest.value == recorded, "seed \(seed), wild \(isWild): \(run.digest.value)")
    #expect(run.atOnce > 100 && run.granted - run.atOnce > 100, "\(run.atOnce) \(run.granted)")
  }

  @Test(
    arguments: [
      (4, 2_113_146_088_889_732_409), (5, 1_115_580_932_348_538_116),
      (77, 16_419_371_269_008_961_130),
    ] as [(UInt64, UInt64)])
  func `A light load is decided as recorded`(seed: UInt64, recorded: UInt64) {
    let run = MixedRun(seed: seed, isWild: false)
    for step in 0..<6_000 {
      run.now = run.now.advanced(byNanoseconds: 200_000_000)
      run.step()
      if step % 16 == 0 { run.noteDeadline() }
    }
    #expect(run.digest.value == recorded, "seed \(seed): \(run.digest.value)")
    #expect(run.atOnce > 500, "\(run.atOnce) \(run.granted)")
  }
}
