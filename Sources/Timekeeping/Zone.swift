/// A time zone: how far its clocks are from UTC at each instant, from the zone database.
///
/// Equal are zones of the same name and the same rules. The rules are shared, so that a zone is no
/// larger than a reference.
public struct Zone: Hashable, Sendable {
  private let rules: ZoneRules

  /// Coordinated universal time.
  public static let utc = Zone(
    rules: ZoneRules(name: "UTC", transitions: [], offsets: [], tail: nil))

  /// The zone's name in the database, such as `Europe/Paris`.
  public var name: String { rules.name }

  /// The zone that the bytes of a TZif file describe (RFC 8536, versions 1 to 4).
  ///
  /// Files that count leap seconds (`right/...`) are refused: wall time here has none.
  public init(name: String, tzif bytes: [UInt8]) throws(ZoneFault) {
    var reader = TZifReader(bytes: bytes)
    rules = try reader.rules(name: name)
  }

  init(rules: ZoneRules) { self.rules = rules }

  /// Nanoseconds the zone's clocks are ahead of UTC; negative to the west.
  public func offset(at time: WallTime) -> Int64 {
    rules.offset(at: time.secondsSinceEpoch) * Zone.second
  }

  /// The next instant the offset may change, or nil when it never does again.
  public func nextChange(after time: WallTime) -> WallTime? {
    rules.nextChange(after: time.secondsSinceEpoch).map { WallTime(secondsSinceEpoch: $0) }
  }

  /// The first instant of the civil day that contains `time`.
  ///
  /// Days follow one another without gap. One whose midnight does not exist begins when the clocks
  /// have leapt over it, and one whose midnight occurs twice at the first.
  public func startOfDay(containing time: WallTime) -> WallTime {
    WallTime(secondsSinceEpoch: rules.start(ofDay: rules.day(at: time.secondsSinceEpoch)))
  }

  /// The first instant of the next civil day after the one that contains `time`.
  public func startOfNextDay(after time: WallTime) -> WallTime {
    WallTime(secondsSinceEpoch: rules.start(ofDay: rules.day(at: time.secondsSinceEpoch) + 1))
  }

  /// What the zone's clocks show: nanoseconds since midnight, from 0 to less than 24 h.
  public func localTime(at time: WallTime) -> Int64 {
    let seconds = time.secondsSinceEpoch
    let local = seconds + rules.offset(at: seconds)
    let fraction = time.nanoseconds &- seconds &* Zone.second
    return ZoneRules.remainder(local) * Zone.second + fraction
  }

  static let second: Int64 = 1_000_000_000
}
