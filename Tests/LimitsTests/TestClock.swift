import Limits
import Timekeeping

/// Milliseconds after the clock's origin.
func ms(_ count: Int64) -> Instant { Instant(nanoseconds: count * 1_000_000) }

func perMinute(_ allow: Int) -> Rate { Rate(allow: allow, per: .seconds(60)) }
