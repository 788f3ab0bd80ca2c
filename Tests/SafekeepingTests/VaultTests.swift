import Policy
import Testing

@testable import Safekeeping

@Suite struct VaultTests {
  /// Where a secret of these bytes was put, and itself.
  static func keep(
    _ text: String, in vault: Vault
  ) throws(SecretFault) -> (secret: Secret, place: UnsafeRawPointer?) {
    var place: UnsafeRawPointer?
    let bytes = Array(text.utf8)
    let secret = try vault.keep(upTo: bytes.count, noun: "the text") { room in
      room.copyBytes(from: bytes)
      place = UnsafeRawPointer(room.baseAddress)
      return bytes.count
    }
    return (secret, place)
  }

  static func bytes(of secret: Secret) -> [UInt8] {
    var bytes: [UInt8] = []
    secret.append(to: &bytes)
    return bytes
  }

  @Test func `A released secret leaves zeros`() throws {
    let vault = Vault()
    let text = "sk_a secret that is longer than a word"
    let place = try {
      let (secret, place) = try Self.keep(text, in: vault)
      #expect(Self.bytes(of: secret) == Array(text.utf8))
      #expect(UnsafeRawBufferPointer(start: place, count: text.utf8.count).elementsEqual(text.utf8))
      return place
    }()
    #expect(
      UnsafeRawBufferPointer(start: place, count: text.utf8.count).allSatisfy { $0 == 0 })
  }

  @Test func `A renewed secret is new in every copy, and the old one leaves zeros`() throws {
    let vault = Vault()
    let (secret, place) = try Self.keep("old_secret_of_some_length", in: vault)
    let copy = secret
    #expect(copy.renew(from: try Self.keep("new", in: vault).secret))
    #expect(Self.bytes(of: secret) == Array("new".utf8))
    #expect(UnsafeRawBufferPointer(start: place, count: 25).allSatisfy { $0 == 0 })
    #expect(!secret.renew(from: try Self.keep("new", in: vault).secret))
  }

  @Test func `What stands behind a secret is neither kept nor left`() throws {
    let vault = Vault()
    let (secret, place) = try Self.keep("sk_1\r\n\n", in: vault)
    #expect(Self.bytes(of: secret) == Array("sk_1".utf8))
    let long = String(repeating: "k", count: 8000)
    let (_, other) = try Self.keep(long + String(repeating: "\n", count: 100), in: vault)
    #expect(UnsafeRawBufferPointer(start: other, count: 8100).allSatisfy { $0 == 0 })
    withExtendedLifetime(secret) {
      #expect(UnsafeRawBufferPointer(start: place, count: 4).elementsEqual("sk_1".utf8))
    }
  }

  @Test(
    "What cannot be a secret is refused, not repeated, and leaves zeros",
    arguments: [
      ("", "the text is empty, allowed: a secret"), ("\n", "the text is empty, allowed: a secret"),
      (" sk_1", "the text cannot stand in a header"),
      ("sk_1 ", "the text cannot stand in a header"),
      ("sk_1\nsk_2", "the text cannot stand in a header"),
      ("sk_1\u{0}", "the text cannot stand in a header"),
      ("sk_\u{e9}", "the text cannot stand in a header"),
      (String(repeating: "s", count: 8193), "the text is longer than a secret may be"),
    ])
  func refused(text: String, reason: String) throws {
    let vault = Vault()
    let bytes = Array(text.utf8)
    var place: UnsafeRawPointer?
    do {
      _ = try vault.keep(upTo: bytes.count, noun: "the text") { room in
        room.copyBytes(from: bytes)
        place = room.baseAddress.map { UnsafeRawPointer($0) }
        return bytes.count
      }
      Issue.record("accepted")
    } catch {
      #expect(error.isUnfit && error.reason.hasPrefix(reason), "\(error)")
      #expect(!"\(error)".contains("sk_"))
    }
    #expect(UnsafeRawBufferPointer(start: place, count: bytes.count).allSatisfy { $0 == 0 })
  }

  @Test func `Room that is given back is used again, in whatever order`() throws {
    let vault = Vault()
    var secrets: [Int: Secret] = [:]
    var places: [UInt] = []
    for round in 0..<20_000 {
      // Every number of some rounds before is replaced by a secret of another length.
      let number = round * 7919 % 300
      let text = "\(round)-" + String(repeating: "x", count: round * 31 % 190)
      let (secret, place) = try Self.keep(text, in: vault)
      places.append(UInt(bitPattern: place))
      secrets[number] = secret
      #expect(secret.matches(Array(text.utf8)))
    }
    let spread = (places.max() ?? 0) - (places.min() ?? 0)
    #expect(spread < Shelf.size, "300 secrets of 200 bytes fit on one shelf")
    for (number, secret) in secrets {
      let text = String(decoding: Self.bytes(of: secret), as: UTF8.self)
      let round = try #require(Int(text.prefix { $0 != "-" }))
      #expect(round * 7919 % 300 == number, "one secret has another's bytes")
    }
  }

  @Test func `Beyond its bound the vault refuses, and what it has stays`() throws {
    let vault = Vault()
    let long = String(repeating: "k", count: SecretText.longest)
    var secrets: [Secret] = []
    let fault = #expect(throws: SecretFault.self) {
      while secrets.count < 3_000 { secrets.append(try Self.keep(long, in: vault).secret) }
    }
    #expect(fault?.reason == "there is no memory for another secret")
    #expect(secrets.count == Vault.mostShelves * (Shelf.size / SecretText.longest))
    #expect(secrets.allSatisfy { $0.matches(Array(long.utf8)) })
    secrets.removeLast()
    #expect(try Self.keep("sk_1", in: vault).secret.matches(Array("sk_1".utf8)))
  }

  @Test func `The vault's pages are neither dumped nor inherited`() throws {
    let vault = Vault()
    let (secret, place) = try Self.keep("sk_1", in: vault)
    let flags = try withExtendedLifetime(secret) { try Mappings.flags(at: try #require(place)) }
    // Do not dump, wipe on fork (proc(5), VmFlags).
    #expect(flags.contains("dd") && flags.contains("wf"), "\(flags)")
  }
}
