import Foundation
import Passwords
import Seeding
import Testing

@Suite struct BasicCredentialTests {
  @Test(arguments: [
    ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
    ("basic dGVzdDoxMjPCow==", "test", "123£"),
    ("BASIC   YTpi", "a", "b"),
    ("Basic Og==", "", ""),
    ("Basic YTo=", "a", ""),
    ("Basic OmI=", "", "b"),
    ("Basic YTpiOmM=", "a", "b:c"),
  ])
  func `a user and a password are read`(field: String, user: String, password: String) throws {
    let read = try #require(BasicCredential(Array(field.utf8)[...]))
    #expect(read.user == Array(user.utf8))
    #expect(read.password == Array(password.utf8))
  }

  @Test(arguments: [
    "", "Basic", "Basic ", "BasicYTpi", "Basics YTpi", "Bearer YTpi", "Basi YTpi", "YTpi",
    "Basic YTo", "Basic YTp", "Basic YTpi=", "Basic YTp=", "Basic YTpi====", "Basic =",
    "Basic ====",
    "Basic Y===", "Basic YT=i", "Basic YT==YTpi", "Basic YTp i", "Basic YTpi ", "Basic\tYTpi",
    "Basic YTp-", "Basic YTp_", "Basic YQ==", "Basic YTr=", "Basic YTp\u{E4}", "Basic a:b",
    // The last bits of `OX==` and `YTp=` belong to no byte.
    "Basic Oh==", "Basic YTp1Yh==",
  ])
  func `what is not a credential in canonical base64 is none`(field: String) {
    #expect(BasicCredential(Array(field.utf8)[...]) == nil)
  }

  @Test func `a value longer than 1 KiB is none`() {
    for (count, isRead) in [(253, true), (254, false), (1 << 18, false)] {
      let field = "Basic YTpi" + String(repeating: "YWFh", count: count)
      #expect((BasicCredential(Array(field.utf8)[...]) != nil) == isRead, "\(field.utf8.count)")
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `base64 is read as others read it, and only in the form they write`(seed: UInt64) {
    let alphabet = Array("ABYZabyz0189+/==:.-_ ".utf8)
    var generator = SplitMix64(seed: seed)
    var read = 0
    for round in 0..<20_000 {
      var token: [UInt8]
      if round % 2 == 0 {
        token = (0..<Int(generator.next() % 12)).map { _ in
          alphabet[Int(generator.next() % UInt64(alphabet.count))]
        }
      } else {
        let bytes = (0..<Int(generator.next() % 9)).map { _ in UInt8(generator.next() % 256) }
        token = Array((bytes + [UInt8(ascii: ":")] + bytes.reversed()).base64)
      }
      let ours = BasicCredential(Array("Basic ".utf8)[...] + token)
      let bytes = Data(base64Encoded: Data(token)).map { [UInt8]($0) }
      let isCanonical = bytes?.base64 == token && bytes?.contains(UInt8(ascii: ":")) == true
      #expect((ours != nil) == isCanonical, "seed \(seed), round \(round): \(token)")
      if let ours {
        read += 1
        #expect(ours.user + [UInt8(ascii: ":")] + ours.password == bytes, "seed \(seed): \(token)")
      }
    }
    #expect(read > 9_000, "seed \(seed)")
  }
}

extension [UInt8] {
  fileprivate var base64: [UInt8] { [UInt8](Data(self).base64EncodedData()) }
}
