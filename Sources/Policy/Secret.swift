import Synchronization

/// Bytes that never reach a log, a page or an error: every description of it is a blank.
///
/// Copies share one storage, so that a secret which is read again changes wherever it is used, and
/// the old bytes are gone at once.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private final class Place: Sendable {
    let storage: Mutex<any SecretStorage>

    init(_ storage: any SecretStorage) { self.storage = Mutex(storage) }
  }

  private let place: Place
  private var storage: any SecretStorage { place.storage.withLock { $0 } }

  /// The secret that `storage` holds.
  public init(_ storage: any SecretStorage) { place = Place(storage) }

  /// A secret of these bytes, in ordinary memory.
  public init(_ bytes: [UInt8]) { self.init(PlainSecret(bytes)) }

  /// How many bytes it has.
  public var count: Int { storage.count }

  /// Appends the bytes to what leaves for the provider: the one way out.
  ///
  /// - Parameter makeRoom: Is told how many bytes are going to follow, so that none of them has to
  ///   move afterwards.
  public func append(
    to output: inout [UInt8], makeRoom: (inout [UInt8], Int) -> Void = { _, _ in }
  ) {
    let storage = storage
    makeRoom(&output, storage.count)
    storage.append(to: &output)
  }

  /// Whether these are its bytes; how long that takes tells nothing but their number.
  public func matches(_ other: [UInt8]) -> Bool {
    var isEqual = false
    storage.withBytes { isEqual = Secret.areEqual($0, other.span) }
    return isEqual
  }

  /// Takes the bytes of `other`, in every copy; says whether they are new.
  public func renew(from other: Secret) -> Bool {
    let (old, new) = (storage, other.storage)
    var isEqual = false
    old.withBytes { mine in
      new.withBytes { isEqual = Secret.areEqual(mine, $0) }
    }
    if !isEqual { place.storage.withLock { $0 = new } }
    return !isEqual
  }

  @inline(never)
  private static func areEqual(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
    guard first.count == second.count else { return false }
    var difference: UInt8 = 0
    for at in first.indices { difference |= first[at] ^ second[at] }
    return difference == 0
  }

  /// A blank.
  public var description: String { "«secret»" }
  /// A blank.
  public var debugDescription: String { "«secret»" }
  /// A mirror without children, so that `dump` shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
