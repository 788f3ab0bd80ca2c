import CSystem
import Glibc

/// A socket that listens, and where it stands; `Listener` accepts from it and closes it.
public struct ListeningSocket: Sendable {
  /// Where a socket stands.
  public enum Place: Hashable, Sendable {
    /// A numeric address, and the port the system chose.
    case tcp(host: String, port: UInt16)
    /// A path, or an abstract name behind `@` (unix(7)).
    case unix(path: String)
  }

  /// Which file the process made at a path.
  struct File: Sendable {
    let device: dev_t
    let inode: ino_t
  }

  /// Where it stands.
  public let place: Place
  /// The non-blocking descriptor.
  public let descriptor: Int32
  /// The socket's file, where the process made it and so removes it.
  let file: File?
  /// Whether the system spreads the port's connections over several sockets of this process.
  private let isSpread: Bool
  /// Connections that wait to be accepted; the system may keep fewer.
  private static let backlog: Int32 = 4096

  /// The place as the log shows it: `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`.
  public var address: String {
    switch place {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  /// The TCP port; nil for a Unix socket.
  public var port: UInt16? { if case .tcp(_, let port) = place { port } else { nil } }

  /// Whether no other machine can reach it.
  public var isLocal: Bool {
    if case .tcp(let host, _) = place { csystem_is_loopback(host) != 0 } else { true }
  }

  private init(place: Place, descriptor: Int32, file: File? = nil, isSpread: Bool = false) {
    self.place = place
    self.descriptor = descriptor
    self.file = file
    self.isSpread = isSpread
  }

  /// Listens on a numeric address.
  ///
  /// - Parameter spread: whether others of this process will stand on the same port (`another`).
  /// - Throws: `IOFailure` when the address is taken, not of this machine or not numeric.
  public static func tcp(
    host: String, port: UInt16, spread: Bool = false
  ) throws(IOFailure) -> ListeningSocket {
    try tcp(host, port, spread ? csystem_first_of_several : csystem_alone)
  }

  private static func tcp(
    _ host: String, _ port: UInt16, _ sharing: csystem_sharing
  ) throws(IOFailure) -> ListeningSocket {
    let descriptor = csystem_listen(host, port, backlog, sharing)
    guard descriptor >= 0 else { throw IOFailure("listen on \(host):\(port)", code: -descriptor) }
    var local = csystem_address()
    csystem_local_address(descriptor, &local)
    return ListeningSocket(
      place: .tcp(host: host, port: local.port), descriptor: descriptor,
      isSpread: sharing != csystem_alone)
  }

  /// One more socket at the same place, for another thread: a socket of its own where the port is
  /// spread, else another descriptor of the same, which gives each connection to who asks first.
  ///
  /// - Throws: `IOFailure` when the system gives none.
  public func another() throws(IOFailure) -> ListeningSocket {
    if isSpread, case .tcp(let host, let port) = place {
      return try .tcp(host, port, csystem_another)
    }
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw IOFailure("dup of \(address)") }
    return ListeningSocket(place: place, descriptor: copy)
  }

  /// Listens at an absolute path, where only those may connect whom the permission bits let write.
  ///
  /// The file that a dead process left is replaced.
  ///
  /// - Throws: `IOFailure` when a process listens there, when something else than a socket stands
  ///   there, and when the folder does not allow it.
  public static func unix(path: String, mode: UInt32) throws(IOFailure) -> ListeningSocket {
    var made = stat()
    let descriptor = csystem_listen_unix(path, mode, backlog, &made)
    guard descriptor >= 0 else {
      let reason =
        switch -descriptor {
        case EADDRINUSE: ", where another process listens"
        case ENOTSOCK: ", where something stands that is no socket"
        case EAGAIN: ", whose folder another process keeps locked"
        default: ""
        }
      throw IOFailure("listen on unix:\(path)\(reason)", code: -descriptor)
    }
    return ListeningSocket(
      place: .unix(path: path), descriptor: descriptor,
      file: File(device: made.st_dev, inode: made.st_ino))
  }

  /// Takes over a socket that was open when the process began.
  ///
  /// - Throws: `IOFailure` when it is no listening stream socket of TCP or Unix.
  static func inherited(_ descriptor: Int32, name: String) throws(IOFailure) -> ListeningSocket {
    let what =
      "the socket \"\(name)\" (descriptor \(descriptor)), which is to be a listening stream"
    let family = csystem_adopt_listener(descriptor)
    guard family >= 0 else { throw IOFailure(what, code: -family) }
    switch family {
    case AF_INET, AF_INET6:
      var local = csystem_address()
      csystem_local_address(descriptor, &local)
      let host = withUnsafeBytes(of: &local.host) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      return ListeningSocket(
        place: .tcp(host: host, port: local.port), descriptor: descriptor)
    case AF_UNIX:
      var path = [UInt8](repeating: 0, count: 112)
      path.withUnsafeMutableBytes {
        _ = csystem_local_path(descriptor, $0.baseAddress?.assumingMemoryBound(to: CChar.self), 112)
      }
      return ListeningSocket(
        place: .unix(path: String(decoding: path.prefix { $0 != 0 }, as: UTF8.self)),
        descriptor: descriptor)
    default: throw IOFailure(what, code: EAFNOSUPPORT)
    }
  }

  /// Closes it, and removes the file it made, if that is still the same.
  public func close() {
    // While it listens nobody takes its file for a dead process's, so the file is removed first.
    if let file, case .unix(let path) = place {
      csystem_remove_socket(path, file.device, file.inode)
    }
    Glibc.close(descriptor)
  }
}
