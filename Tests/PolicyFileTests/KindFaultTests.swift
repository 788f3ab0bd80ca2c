import PolicyFile
import Testing

@Suite("Faults in kinds of limits") struct KindFaultTests {
  @Test(
    "name words that mean nothing to the kind",
    arguments: [
      ("token-bucket, allow: 5/s", "zone: UTC", "allow, burst, spread, measure"),
      ("sliding-window, allow: 5/s", "burst: 5", "allow, pace, reserved, measure"),
      (
        "fixed-window, allow: 5/s", "spread: 1s",
        "allow, start, offset, doubt, pace, reserved, measure"
      ),
      ("two-counter-window, allow: 5/s", "pace: even", "allow, spread"),
      ("spacing, every: 1s", "measure: { json: /a }", "every, jitter, spread"),
      ("concurrency, allow: 5", "pace: even", "allow, hold"),
      ("calendar, allow: 5/day", "jitter: 5%", "allow, zone, pace, reserved, measure"),
      ("hours, closed: 01:00-02:00 UTC", "zone: UTC", "closed"),
      ("learned, allow: 5/s", "measure: { json: /a }", "allow"),
      ("unknown, allow: 5/s", "start: anywhere", "allow, pace, reserved, measure"),
      ("token-bucket, allow: 5/s", "reserved: { other: 5% }", "allow, burst, spread, measure"),
    ])
  func words(kind: String, word: String, allowed: String) {
    let text = "name: x, per: api, kind: \(kind), \(word)"
    let name = kind.prefix { $0 != "," }
    let found = Sample.faults(Sample.limit(text)).filter { !$0.contains("measures what") }
    #expect(
      found == [
        "4:\(17 + text.utf8.count - word.utf8.count): \"\(word.prefix { $0 != ":" })\" means "
          + "nothing to a limit of kind \(name), allowed: \(allowed)"
      ])
  }

  static let hours =
    "is no span of hours, allowed for closed: two times and a zone, such as 23:00-07:00 "
    + "Europe/Paris"

  @Test(
    "tell the place and what is allowed",
    arguments: [
      (
        "spacing, every: 1s, jitter: 101%",
        "4:70: \"101%\" is no such share, allowed: 0% to 100%"
      ),
      ("spacing, every: 1s, jitter: 20", "4:70: \"20\" is no such share, allowed: 0% to 100%"),
      ("spacing, every: 1s, jitter: -1%", "4:70: \"-1%\" is no such share, allowed: 0% to 100%"),
      (
        "spacing, every: 1s, spread: 10.5s",
        "4:70: found \"10.5s\", allowed for spread: 0s to 10s"
      ),
      (
        "token-bucket, allow: 5/s, spread: soon",
        "4:76: \"soon\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"
      ),
      (
        "concurrency, allow: 5, hold: 999ms",
        "4:71: found \"999ms\", allowed for hold: 1s to 1d"
      ),
      ("concurrency, allow: 5, hold: 2d", "4:71: found \"2d\", allowed for hold: 1s to 1d"),
      (
        "fixed-window, allow: 5/s, start: aligne",
        """
        4:75: found \"aligne\", allowed for start: aligned, anywhere, first-request; did you mean \
        \"aligned\"?
        """
      ),
      (
        "fixed-window, allow: 5/s, start: anywhere, offset: 0s",
        """
        4:85: \"offset\" means nothing where the window's start is not known, allowed: start: \
        aligned
        """
      ),
      (
        "fixed-window, allow: 5/s, doubt: 1s",
        """
        4:68: \"doubt\" means nothing where the window's start is not known, allowed: start: \
        aligned
        """
      ),
      (
        "fixed-window, allow: 5/s, start: aligned, offset: 1s",
        "4:92: found \"1s\", allowed for offset: 0s to less than the window"
      ),
      (
        "fixed-window, allow: 5/s, start: aligned, doubt: 251ms",
        "4:91: found \"251ms\", allowed for doubt: 0s to a quarter of the window"
      ),
      (
        "two-counter-window, allow: 2/s",
        """
        4:69: a two-counter-window keeps 2 requests free, allowed for allow: at least 3 in its \
        window
        """
      ),
      (
        "learned",
        "4:15: this limit has no allow, allowed: one such as allow: 120/min"
      ),
      (
        "unknown, allow: 16",
        """
        4:58: \"16\" is no rate, allowed: a number, / and s, min, hour or day, such as 120/min or \
        50/5s
        """
      ),
      (
        "sliding-window, allow: 5/s, pace: evn",
        "4:76: found \"evn\", allowed for pace: even, free; did you mean \"even\"?"
      ),
      (
        "hours",
        """
        4:15: this limit has no closed, allowed: one such as closed: \"23:00-07:00 Europe/Paris\"
        """
      ),
      ("hours, closed: 23:00-07:00", "4:57: \"23:00-07:00\" \(hours)"),
      ("hours, closed: 23-7 UTC", "4:57: \"23-7 UTC\" \(hours)"),
      ("hours, closed: 24:01-07:00 UTC", "4:57: \"24:01-07:00 UTC\" \(hours)"),
      ("hours, closed: 23:60-07:00 UTC", "4:57: \"23:60-07:00 UTC\" \(hours)"),
      ("hours, closed: 23:00-07:00 UTC x", "4:57: \"23:00-07:00 UTC x\" \(hours)"),
      (
        "hours, closed: 00:00-24:00 UTC",
        """
        4:57: \"00:00-24:00 UTC\" ends when it begins, allowed for closed: two different times, \
        such as 23:00-07:00 Europe/Paris
        """
      ),
      (
        "hours, closed: [23:00-07:00 UTC]",
        """
        4:57: found a list, allowed for closed: hours and a zone such as 23:00-07:00 Europe/Paris
        """
      ),
    ])
  func kinds(words: String, expected: String) {
    #expect(Sample.faults(Sample.limit("name: x, per: api, kind: \(words)")) == [expected])
  }

  @Test(
    "tell zones that are none",
    arguments: [
      (
        "Europe/Pari",
        """
        there is no time zone \"Europe/Pari\", allowed for zone: UTC or a zone such as \
        Europe/Paris; did you mean \"Europe/Paris\"?
        """
      ),
      (
        "paris",
        """
        there is no time zone \"paris\", allowed for zone: UTC or a zone such as Europe/Paris; \
        did you mean \"Europe/Paris\"?
        """
      ),
      (
        "Mars/Olympus",
        """
        there is no time zone \"Mars/Olympus\", allowed for zone: UTC or a zone such as \
        Europe/Paris
        """
      ),
      (
        "../shadow",
        """
        \"../shadow\" is no name of a time zone, allowed for zone: UTC or a zone such as \
        Europe/Paris
        """
      ),
      (
        "/etc/shadow",
        """
        \"/etc/shadow\" is no name of a time zone, allowed for zone: UTC or a zone such as \
        Europe/Paris
        """
      ),
      (
        "Europe/Broken",
        """
        the data of time zone \"Europe/Broken\" is not usable: TZif footer is no POSIX TZ string, \
        at byte 0
        """
      ),
    ])
  func zones(name: String, expected: String) {
    let text = "name: x, per: api, kind: calendar, allow: 5/day, zone: \(name)"
    #expect(Sample.faults(Sample.limit(text)) == ["4:72: \(expected)"])
    let hours = "name: x, per: api, kind: hours, closed: \"01:00-02:00 \(name)\""
    #expect(
      Sample.faults(Sample.limit(hours)) == [
        "4:57: \(expected.replacing("for zone:", with: "for closed:"))"
      ])
  }

  @Test("tell a machine without time zones")
  func noZones() {
    let text = Sample.limit("name: x, per: api, kind: calendar, allow: 5/day, zone: Europe/Paris")
    let read = PolicyReader.read(text: text, file: "p", sources: PolicySources())
    guard case .failure(let faults) = read else {
      Issue.record("the policy was taken")
      return
    }
    #expect(
      faults.description == """
        p:4:72: time zone \"Europe/Paris\" is not here, for this machine has no time zones: \
        install tzdata, allowed for zone: UTC or a zone such as Europe/Paris
        """)
  }
}
