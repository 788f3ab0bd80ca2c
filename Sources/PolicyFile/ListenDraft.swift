import Policy

/// What is read of `listen`.
struct ListenDraft {
  var proxies = [ListenRule(.tcp(host: "127.0.0.1", port: 8080))]
  var admin = ListenRule(.tcp(host: "127.0.0.1", port: 9090))
  var token: Secret?
  var tokenSource: SecretSource?
  /// Where the listeners say that they need users.
  var usersPositions: [Position] = []
}
