/// What happens to a request for a host that no API declares.
public enum UnknownHostRule: Hashable, Sendable {
  /// It is forwarded without a key, to public addresses and ports 80 and 443 only.
  case forward
  /// It is refused with 403.
  case refuse
}
