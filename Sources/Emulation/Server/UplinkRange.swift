import Seeding

/// A span of time drawn anew for each request: between two bounds, every value as likely.
///
/// Written as whole milliseconds: `20..100ms`, `50ms`, `0ms`.
public struct UplinkRange: Hashable, Sendable, CustomStringConvertible {
  /// Why a text is no range; the description is a sentence for an operator.
  public struct Misread: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what can be written instead.
    public let description: String
  }

  /// The longest delay: an hour, longer than any client waits.
  static let mostMilliseconds: Int64 = 3_600_000

  /// The shortest delay, in milliseconds.
  public let lowestMilliseconds: Int64
  /// The longest delay, in milliseconds; not below the shortest.
  public let highestMilliseconds: Int64

  /// No delay at all.
  public static let none = UplinkRange(0, 0)

  private init(_ lowest: Int64, _ highest: Int64) {
    lowestMilliseconds = lowest
    highestMilliseconds = highest
  }

  /// The range that `text` means.
  public static func parse(_ text: String) throws(Misread) -> UplinkRange {
    guard text.hasSuffix("ms") else { throw misread(text) }
    let bounds = text.dropLast(2)
    guard let dots = bounds.firstRange(of: "..") else {
      let both = try milliseconds(bounds, of: text)
      return UplinkRange(both, both)
    }
    let lowest = try milliseconds(bounds[..<dots.lowerBound], of: text)
    let highest = try milliseconds(bounds[dots.upperBound...], of: text)
    guard lowest <= highest else {
      throw Misread(
        description: "\"\(text)\" ends before it begins, did you mean \(highest)..\(lowest)ms?")
    }
    return UplinkRange(lowest, highest)
  }

  /// The range as it is written.
  public var description: String {
    lowestMilliseconds == highestMilliseconds
      ? "\(lowestMilliseconds)ms" : "\(lowestMilliseconds)..\(highestMilliseconds)ms"
  }

  /// A delay between the bounds, both included, to the nanosecond.
  func delay(using random: inout SplitMix64) -> Duration {
    // A range without extent draws nothing: --handler does not shift the delays of --uplink.
    guard lowestMilliseconds < highestMilliseconds else {
      return .milliseconds(lowestMilliseconds)
    }
    let nanoseconds = lowestMilliseconds * 1_000_000...highestMilliseconds * 1_000_000
    return .nanoseconds(Int64.random(in: nanoseconds, using: &random))
  }

  private static func milliseconds(
    _ digits: Substring, of text: String
  ) throws(Misread) -> Int64 {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw misread(text)
    }
    guard let number = Int64(digits), number <= mostMilliseconds else {
      throw Misread(
        description: "\"\(text)\" is out of range, allowed: 0ms to \(mostMilliseconds)ms")
    }
    return number
  }

  private static func misread(_ text: String) -> Misread {
    Misread(
      description:
        "\"\(text)\" is no range of milliseconds, allowed: whole numbers with ms behind, "
        + "such as 20..100ms or 50ms")
  }
}
