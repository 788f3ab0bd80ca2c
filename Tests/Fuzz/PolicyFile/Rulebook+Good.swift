import Policy
import PolicyFile

extension Rulebook {
  /// A rulebook whose API a workload can name.
  static var good: Rulebook {
    let text = """
      apis:
        a:
          origin: https://a.example
          credential: { header: X-Key }
          keys: { k: { secret: env:A } }
          lanes: { fast: { match: ["GET /fast/**"] }, slow: {} }
          limits:
            - { name: minute, per: key, kind: sliding-window, allow: 60/min }
      """
    switch PolicyReader.read(text: text, file: "p.yaml", sources: Canary.sources()) {
    case .success(let book): return book
    case .failure(let faults): fatalError("the good policy is bad: \(faults)")
    }
  }
}
