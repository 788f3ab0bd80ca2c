/// What waiting tickets and their accounts take in memory.
struct Footprint {
  private let tickets: Int
  private let accounts: Int
  /// Bytes.
  private let perTicket: Int
  private let perAccount: Int

  /// Lets every account wait with one ticket, then with all.
  static func measure(tickets: Int, accounts: Int) -> Footprint {
    let crowd = Crowd(accounts: accounts)
    // What the first two of an account take goes at once: they leave its bucket used up.
    let start = ResidentMemory.bytes
    var number = 0
    while crowd.engine.waiting < accounts {
      _ = crowd.admit(crowd.route(number))
      number += 1
    }
    let one = ResidentMemory.bytes
    while crowd.engine.waiting < tickets {
      _ = crowd.admit(crowd.route(number))
      number += 1
    }
    let all = ResidentMemory.bytes
    let perTicket = (all - one) / (tickets - accounts)
    return Footprint(
      tickets: tickets, accounts: accounts, perTicket: perTicket,
      perAccount: (one - start) / accounts - perTicket)
  }

  /// A sentence with the numbers.
  var text: String {
    """
    With \(tickets) tickets of \(accounts) accounts the process takes \(perTicket) bytes of resident \
    memory for each ticket, and \(perAccount) for each account.
    """
  }
}
