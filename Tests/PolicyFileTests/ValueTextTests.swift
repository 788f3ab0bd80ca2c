import Limits
import PolicyFile
import Testing

@Suite("Typed values") struct ValueTextTests {
  @Test(
    "read durations",
    arguments: [
      ("250ms", .milliseconds(250)), ("30s", .seconds(30)), ("0s", .zero),
      ("1.5s", .milliseconds(1500)), ("0.000000001s", .nanoseconds(1)), ("5m", .seconds(300)),
      ("6h", .seconds(21_600)), ("1d", .seconds(86_400)), ("366d", .seconds(31_622_400)),
    ] as [(String, Duration)])
  func durations(text: String, expected: Duration) throws {
    #expect(try DurationText.parse(text) == expected)
  }

  @Test(
    "refuse what is no duration",
    arguments: [
      ("", "\"\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("30", "\"30\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("s", "\"s\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("-1s", "\"-1s\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("1.5m", "\"1.5m\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("1.s", "\"1.s\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      (".5s", "\".5s\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("1.2.3s", "\"1.2.3s\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("30 s", "\"30 s\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("٣s", "\"٣s\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"),
      ("367d", "\"367d\" is too long, allowed: at most 366d"),
      ("9223372036854775807d", "\"9223372036854775807d\" is too long, allowed: at most 366d"),
    ])
  func badDurations(text: String, reason: String) {
    #expect(throws: Misread(reason)) { try DurationText.parse(text) }
  }

  @Test(
    "read rates",
    arguments: [
      ("120/min", Rate(allow: 120, per: .seconds(60))), ("2/s", Rate(allow: 2, per: .seconds(1))),
      ("2/sec", Rate(allow: 2, per: .seconds(1))), ("50/5s", Rate(allow: 50, per: .seconds(5))),
      ("1000/15min", Rate(allow: 1000, per: .seconds(900))),
      ("25/day", Rate(allow: 25, per: .seconds(86_400))),
      ("25/d", Rate(allow: 25, per: .seconds(86_400))),
      ("9/hour", Rate(allow: 9, per: .seconds(3600))),
      ("9/2h", Rate(allow: 9, per: .seconds(7200))),
    ])
  func rates(text: String, expected: Rate) throws {
    #expect(try RateText.parse(text) == expected)
  }

  static let noRate =
    " is no rate, allowed: a number, / and s, min, hour or day, such as 120/min or 50/5s"

  @Test(
    "refuse what is no rate",
    arguments: [
      ("120", "\"120\"" + noRate), ("/min", "\"/min\"" + noRate), ("1/2/s", "\"1/2/s\"" + noRate),
      ("-1/s", "\"-1/s\"" + noRate), ("1.5/s", "\"1.5/s\"" + noRate),
      ("120/minute", "\"120/minute\"" + noRate),
      ("5/mni", "\"5/mni\"" + noRate + "; did you mean \"min\"?"),
      ("0/s", "\"0/s\" is out of range, allowed: 1 to 1000000000 in a span"),
      ("1000000001/s", "\"1000000001/s\" is out of range, allowed: 1 to 1000000000 in a span"),
      ("1/0s", "\"1/0s\" is out of range, allowed: a span of 1s to 366d"),
      ("1/367d", "\"1/367d\" is out of range, allowed: a span of 1s to 366d"),
      (
        "1/99999999999999999999s",
        "\"1/99999999999999999999s\" is out of range, allowed: a span of 1s to 366d"
      ),
    ])
  func badRates(text: String, reason: String) {
    #expect(throws: Misread(reason)) { try RateText.parse(text) }
  }

  @Test(
    "suggest the nearest word, or none",
    arguments: [
      ("lisen", "listen"), ("LISTEN", "listen"), ("lsiten", "listen"),
      ("tokenbucket", "token-bucket"),
      ("per", nil), ("", nil), ("listening", "listen"), ("xy", nil), ("wight", "weight"),
    ] as [(String, String?)])
  func suggestions(text: String, expected: String?) {
    let words = ["listen", "token-bucket", "weight"]
    #expect(Suggestion.nearest(to: text, among: words) == expected)
  }
}
