import Admission
import Feedback
import HTTPWire
import Policy

/// What of an answer is worth reading.
extension Call {
  /// Whether the answer's body is to be read before the answer is relayed.
  func wantsBody(of answer: ResponseHead) -> Bool {
    if answer.status >= 400 {
      return route.batch != nil || api.dialect.wantsBody(status: answer.status)
    }
    guard api.readsSuccess else { return false }
    return (api.dialect.wantsBody(status: answer.status) || measuresBody) && isJSON(answer)
  }

  private var measuresBody: Bool {
    api.measures.contains { item in
      guard case .json = item.measure else { return false }
      return route.charges.contains { $0.limit == item.limit }
    }
  }

  /// A stream of events must not wait until 64 KiB of it have come.
  private func isJSON(_ answer: ResponseHead) -> Bool {
    answer.block.value(.contentType)?.lowercased().contains("json") ?? true
  }

  /// What the answer says about limits.
  func reading(of answer: Answer) -> Reading {
    let (status, block) = (answer.head.status, answer.head.block)
    let isQuiet = api.dialect.isQuiet(status: status)
    let found = isQuiet ? api.stated.find(in: block) : nil
    return api.dialect.read(
      status: status, stated: isQuiet ? found?.stated ?? .empty : .any,
      field: { name in
        guard let found else { return block.joined(named: name) }
        return found.value(named: name)
      }, body: answer.text)
  }

  /// What the request took from limits whose cost only the answer tells.
  func spent(by answer: Answer) -> [Spent] {
    api.measures.compactMap { item in
      guard route.charges.contains(where: { $0.limit == item.limit }),
        let units = units(item.measure, in: answer)
      else { return nil }
      return Spent(limit: item.limit, units: units)
    }
  }

  private func units(_ measure: Measure, in answer: Answer) -> Int? {
    switch measure {
    case .header(let name):
      answer.head.block.joined(named: name).flatMap { JSONScanner(Array($0.utf8)).units(at: []) }
    case .json(let path): JSONScanner(answer.text).units(at: path)
    }
  }
}
