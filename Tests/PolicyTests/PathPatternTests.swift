import Policy
import Testing

@Suite("Path patterns") struct PathPatternTests {
  @Test(
    "fit the paths they describe",
    arguments: [
      ("/", "/", true), ("/", "/a", false), ("/a", "/a", true), ("/a", "/a/", true),
      ("/a/", "/a", true), ("/a", "/a/b", false), ("/a", "/A", false), ("/*", "/a", true),
      ("/*", "/", false), ("/a/*/c", "/a/b/c", true), ("/a/*/c", "/a/c", false),
      ("/**", "/", true), ("/**", "/a/b", true), ("/a/**", "/a", true), ("/a/**", "/a/b/c", true),
      ("/a/**", "/b", false), ("/**/c", "/c", true), ("/**/c", "/a/b/c", true),
      ("/**/c", "/c/d", false), ("/a/**/b/**/c", "/a/x/b/y/b/c", true),
      ("/videos", "/%76ideos", true), ("/%76ideos", "/videos", true), ("/a%2fb", "/a%2Fb", true),
      ("/a%2fb", "/a/b", false), ("/v1/posts", "//v1//posts", true),
      ("/v1/posts", "/v1/./posts", true), ("/v1/posts", "/v1/x/../posts", true),
      ("/v1/posts", "/v1/x/%2e%2E/posts", true), ("/v1/posts", "/../../v1/posts", true),
      ("/v1/posts", "/v1/posts?next=/a", true), ("/v1/posts", "/v1/posts/?a", true),
      ("/v1/posts", "/v1/postscript", false), ("/ü", "/ü", true),
    ] as [(String, String, Bool)])
  func fit(pattern: String, path: String, expected: Bool) throws {
    let pattern = try #require(PathPattern(pattern))
    #expect(pattern.matches(RequestPath(path)) == expected)
  }

  @Test(
    "name the account",
    arguments: [
      ("/b/{account}/**", "/b/b1", "b1"), ("/b/{account}/**", "/b/b1/videos", "b1"),
      ("/b/{account}/**", "/b", nil), ("/b/{account}/**", "/b//", nil),
      ("/b/{account}/**", "/b/%61cme", "acme"), ("/**/{account}/x", "/a/b/c/x", "c"),
      ("/b/*", "/b/b1", nil),
    ] as [(String, String, String?)])
  func account(pattern: String, path: String, expected: String?) throws {
    let pattern = try #require(PathPattern(pattern))
    #expect(pattern.account(in: RequestPath(path)) == expected)
  }

  @Test(
    "refuse what cannot be matched",
    arguments: [
      "", "a", "*", "/a*", "/{user}", "/{account}/{account}", "/a b", "/a?b", "/a#b", "/***", "/.",
      "/a/..", "/a\u{0}", "/{account",
    ])
  func refused(text: String) { #expect(PathPattern(text) == nil) }

  @Test(
    "with a method take that method only",
    arguments: [
      ("POST /a", "POST", true), ("POST /a", "GET", false), ("/a", "GET", true),
      ("M-SEARCH /a", "M-SEARCH", true), ("POST /a", "post", false),
    ])
  func methods(pattern: String, method: String, expected: Bool) throws {
    let request = try #require(RequestPattern(pattern))
    #expect(request.matches(method: method, path: RequestPath("/a")) == expected)
    #expect(request.text == pattern)
  }

  @Test("with a method refuse", arguments: ["post /a", "POST  GET /a", "POST", "", "PO5T /a"])
  func badMethods(text: String) { #expect(RequestPattern(text) == nil) }

  @Test("agree with a search through every way to read `**`")
  func oracle() throws {
    let words = ["a", "b", "*", "**"]
    let parts = ["a", "b"]
    for patternLength in 0...4 {
      for pattern in sequences(of: words, length: patternLength) {
        let compiled = try #require(PathPattern("/" + pattern.joined(separator: "/")))
        for pathLength in 0...4 {
          for path in sequences(of: parts, length: pathLength) {
            let text = "/" + path.joined(separator: "/")
            #expect(
              compiled.matches(RequestPath(text)) == matches(pattern[...], path[...]),
              "\(compiled.text) on \(text)")
          }
        }
      }
    }
  }

  private func sequences(of words: [String], length: Int) -> [[String]] {
    if length == 0 { return [[]] }
    return sequences(of: words, length: length - 1).flatMap { tail in words.map { [$0] + tail } }
  }

  private func matches(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    if first == "**" {
      return (path.startIndex...path.endIndex).contains { start in
        matches(pattern.dropFirst(), path[start...])
      }
    }
    guard let part = path.first, first == "*" || first == part else { return false }
    return matches(pattern.dropFirst(), path.dropFirst())
  }
}
