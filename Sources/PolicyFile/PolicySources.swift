import Policy

/// Where a policy finds what does not stand in it: secrets, users, its own providers, time zones.
public struct PolicySources {
  /// Reads a secret.
  public var secret: SecretSource.Reading
  /// Gives the content of the file of `users` at an absolute path.
  public var usersFile: (String) throws -> [UInt8]
  /// Gives the content of a `provider: file:` at an absolute path.
  public var providerFile: (String) throws -> [UInt8]
  /// Gives the TZif bytes (RFC 8536) of a zone by its IANA name.
  public var zoneFile: (String) throws -> [UInt8]
  /// The names of the zones there are; none where no time zones are installed.
  public var zoneNames: () -> [String]

  /// Sources with these parts; what is left out is not there.
  public init(
    secret: @escaping SecretSource.Reading = SecretSource.unread,
    usersFile: @escaping (String) throws -> [UInt8] = PolicySources.nothing,
    providerFile: @escaping (String) throws -> [UInt8] = PolicySources.nothing,
    zoneFile: @escaping (String) throws -> [UInt8] = PolicySources.nothing,
    zoneNames: @escaping () -> [String] = { [] }
  ) {
    self.secret = secret
    self.usersFile = usersFile
    self.providerFile = providerFile
    self.zoneFile = zoneFile
    self.zoneNames = zoneNames
  }

  /// A source that has no file.
  public static func nothing(_ path: String) throws -> [UInt8] {
    throw FileFailure(reason: "there is no such file")
  }
}
