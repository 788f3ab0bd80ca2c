/// How large, how many and how long anything may be: every bound that is not a limit of an API.
///
/// Sizes are bytes. The defaults are those of `wire-and-security.md` section 4 where it has one.
public struct Bounds: Hashable, Sendable {
  /// The longest request line (RFC 9112 section 3 asks for at least 8000).
  public var requestLine = 8 << 10
  /// The longest field line of a request.
  public var fieldLine = 16 << 10
  /// The largest head of a request.
  public var head = 32 << 10
  /// The most field lines of a request.
  public var fields = 100
  /// The largest head of an answer, and its longest field line.
  public var answerHead = 64 << 10
  /// The most field lines of an answer.
  public var answerFields = 256
  /// The longest extension of one chunk.
  public var chunkExtension = 1 << 10
  /// How many bytes all chunk extensions so far may be ahead of the data so far.
  public var chunkExtensions = 16 << 10
  /// The most bytes of trailers.
  public var trailers = 8 << 10
  /// The most trailer lines.
  public var trailerFields = 32
  /// The largest body of a request, which streams; nil for any.
  public var body: Int64? = 5 << 30
  /// The largest body that is kept for another attempt.
  public var replay = 1 << 20
  /// Most bytes of all bodies kept for another attempt.
  public var replayTotal = 256 << 20
  /// The most interim (1xx) answers to a request.
  public var interim = 64

  /// From the connect or a request's first byte to the end of its head.
  public var headTime: Duration = .seconds(10)
  /// From the connect to the end of the TLS handshake.
  public var handshakeTime: Duration = .seconds(10)
  /// Between two pieces of a request's body.
  public var bodyIdle: Duration = .seconds(30)
  /// How long a body may keep Penstock waiting for the client, all its pauses together.
  public var bodyTime: Duration = .seconds(300)
  /// Between two requests of a connection.
  public var keepAlive: Duration = .seconds(75)
  /// Between two pieces of an answer that the client takes.
  public var writeIdle: Duration = .seconds(60)
  /// The most requests of a client's connection.
  public var requestsPerConnection = 1_000
  /// The most client connections; nil for half of the descriptors.
  public var clients: Int?

  /// For the name, the connect and the TLS handshake of a connection to an origin.
  public var connectTime: Duration = .seconds(5)
  /// The most names that are being resolved at once.
  public var resolving = 64
  /// From the end of a request to the first byte of its answer, and between two pieces of it.
  public var answerIdle: Duration = .seconds(300)
  /// The most idle connections to one origin.
  public var idleConnections = 512
  /// The longest time a connection to an origin idles.
  public var idleTime: Duration = .seconds(20)
  /// The longest life of a connection to an origin.
  public var connectionAge: Duration = .seconds(300)
  /// The most bytes of heads that requests keep while they wait.
  public var parkedBytes = 256 << 20
  /// The most attempts for one request.
  public var attempts = 5

  /// The most tunnels.
  public var tunnels = 1_000
  /// The longest time a tunnel idles.
  public var tunnelIdle: Duration = .seconds(300)
  /// The most certificates that interception keeps.
  public var certificates = 1_000
  /// The resident memory that counts as full; nil for what the control group allows, if it says.
  public var memory: Int?

  /// The defaults.
  public init() {}
}
