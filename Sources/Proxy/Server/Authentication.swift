import Events
import HTTPWire
import Passwords
import Policy
import Serving
import Timekeeping

/// Finds out which user of the policy sends a request, where the listener asks for one
/// (`Proxy-Authorization`, RFC 9110 section 11.7).
///
/// What was right once is remembered as a digest for the process's life and costs nothing again.
/// Who is wrong ten times in a minute is not listened to for a while.
final class Authentication {
  private static let challenge = "Basic realm=\"penstock\", charset=\"UTF-8\""

  private let loop: EventLoop
  private let users: KnownUsers
  /// Checks under way for requests of this loop.
  private var checks: [CredentialDigest: Task<PasswordDesk.Answer, Never>] = [:]

  /// For the requests of one loop.
  init(_ users: KnownUsers, on loop: EventLoop) {
    self.loop = loop
    self.users = users
  }

  /// The caller's name.
  ///
  /// - Throws: `Problem`: 407 for a credential that is missing, wrong or none at all, 400 for two,
  ///   503 when too many are being checked.
  func check(
    _ head: RequestHead, from client: ServerConnection
  ) async throws(Problem) -> String {
    let block = head.block
    guard let field = block.first(.proxyAuthorization) else {
      throw Self.refusal("this address asks for a user and a password")
    }
    guard block.fields.count(where: { $0.id == .proxyAuthorization }) == 1 else {
      throw Problem(
        400, "malformed-request", "the request has more than one Proxy-Authorization field",
        closes: true)
    }
    guard let credential = BasicCredential(block.slice(field.value)) else {
      throw Self.refusal("Proxy-Authorization is not Basic with base64 of user:password")
    }
    let digest = CredentialDigest(
      user: credential.user, password: credential.password, under: users.keys)
    if let name = users.name(of: digest) { return name }
    client.releaseInput()
    let answer: PasswordDesk.Answer
    if let check = checks[digest] {
      answer = await check.value
    } else {
      answer = try await ask(credential, digest, for: PeerNetwork.name(of: client.peer))
    }
    switch answer {
    case .right: return Self.name(of: credential)
    case .wrong: throw Self.refusal("the user or the password is wrong")
    case .busy: throw Self.busy
    }
  }

  /// Has the credential checked, for all who bring it meanwhile.
  private func ask(
    _ credential: BasicCredential, _ digest: CredentialDigest, for peer: String
  ) async throws(Problem) -> PasswordDesk.Answer {
    switch users.begin(peer, at: loop.now) {
    case .welcome: break
    case .busy: throw Self.busy
    case .barred:
      var problem = Self.refusal("too many wrong passwords came from this address")
      // Failures are remembered for one to two spans.
      problem.retryAfter = users.span * 2
      throw problem
    }
    let desk = users.desk
    let check = Task(executorPreference: loop) { await desk.check(credential) }
    checks[digest] = check
    let answer = await check.value
    checks[digest] = nil
    users.ended(answer, digest, of: peer, name: Self.name(of: credential), at: loop.now)
    return answer
  }

  private static func name(of credential: BasicCredential) -> String {
    "user:" + String(decoding: credential.user, as: UTF8.self)
  }

  private static func refusal(_ detail: String) -> Problem {
    var problem = Problem(407, "proxy-authentication-required", detail)
    problem.challenge = challenge
    return problem
  }

  private static var busy: Problem {
    var problem = Problem(
      503, "password-checks-busy", "too many passwords are being checked now")
    problem.retryAfter = .seconds(1)
    return problem
  }
}
