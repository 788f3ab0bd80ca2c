/// Ends the run with a finding unless `holds`; `what` says what should have been so.
@inline(never)
public func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  guard holds else { fatalError("finding: \(what())") }
}
