import Glibc

/// The listening sockets that systemd passed to the process (sd_listen_fds(3)).
public struct ActivatedSockets: Sendable {
  /// What the variables `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES` say.
  public struct Announcement: Hashable, Sendable {
    /// The name of each socket; their descriptors follow one another from 3 on.
    public var names: [String]
    /// Whether sockets were announced, but to another process.
    public var isForAnother: Bool
  }

  /// The sockets in the order of their descriptors, each with its name.
  public private(set) var sockets: [(name: String, socket: ListeningSocket)] = []
  private var isForAnother = false
  /// The first descriptor that is passed.
  private static let first: Int32 = 3
  /// Most sockets that are taken.
  private static let most = 256

  /// No sockets.
  public init() {}

  /// Takes the sockets that were passed and unsets the variables, so that no child takes them too.
  ///
  /// - Throws: `ActivationFault` for variables that contradict each other, and `IOFailure` for a
  ///   descriptor that is no listening stream socket.
  public static func take() throws -> ActivatedSockets {
    let values = variables.map { getenv($0).map { String(cString: $0) } }
    for name in variables { unsetenv(name) }
    let said = try announcement(
      process: values[0], count: values[1], names: values[2], own: getpid())
    var taken = ActivatedSockets()
    taken.isForAnother = said.isForAnother
    for (number, name) in said.names.enumerated() {
      taken.sockets.append((name, try .inherited(first + Int32(number), name: name)))
    }
    return taken
  }

  private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]

  /// Reads the variables as sd_listen_fds_with_names(3) does; `own` is the process's number.
  ///
  /// - Throws: `ActivationFault` for numbers that are none, and for more or fewer names than
  ///   sockets.
  public static func announcement(
    process: String?, count: String?, names: String?, own: Int32
  ) throws(ActivationFault) -> Announcement {
    guard let process else { return Announcement(names: [], isForAnother: false) }
    guard let process = Int32(process), process > 0 else {
      throw ActivationFault("LISTEN_PID is no number of a process")
    }
    guard process == own else { return Announcement(names: [], isForAnother: true) }
    guard let count, let number = Int(count), (0...most).contains(number) else {
      throw ActivationFault("LISTEN_FDS is no number of sockets, allowed: 0 to \(most)")
    }
    guard let names else {
      return Announcement(names: Array(repeating: "unknown", count: number), isForAnother: false)
    }
    let parts =
      number == 0 && names.isEmpty
      ? [] : names.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == number else {
      throw ActivationFault("LISTEN_FDNAMES has \(parts.count) names for \(number) sockets")
    }
    return Announcement(names: parts.map(String.init), isForAnother: false)
  }

  /// The sockets of one name: a socket unit may have several.
  ///
  /// - Throws: `ActivationFault` when there is none, with the names there are.
  public func named(_ name: String) throws(ActivationFault) -> [ListeningSocket] {
    let found = sockets.filter { $0.name == name }.map(\.socket)
    guard found.isEmpty else { return found }
    let names = Set(sockets.map(\.name)).sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    let given =
      isForAnother
      ? "the sockets in LISTEN_FDS are for another process than this (LISTEN_PID)"
      : names.isEmpty ? "systemd passed no sockets to this process" : "systemd passed \(names)"
    throw ActivationFault("no socket is called \"\(name)\": \(given)")
  }

  /// Closes those whose names nobody asks for, and says which.
  public mutating func closeOthers(than names: Set<String>) -> [String] {
    let others = sockets.filter { !names.contains($0.name) }
    for other in others { other.socket.close() }
    sockets.removeAll { !names.contains($0.name) }
    return others.map(\.name)
  }
}
