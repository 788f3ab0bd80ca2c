/// What happens at the instant a provider calls the reset (limits-science.md section 4).
public enum ResetMeaning: Hashable, Sendable {
  /// The window ends and the whole allowance is there again.
  case windowEnd
  /// The bucket is full again; one token is there much earlier.
  case full
  /// One more request fits.
  case nextSlot
  /// The oldest request leaves a sliding window.
  case oldestExpires
}
