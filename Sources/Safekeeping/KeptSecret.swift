import Policy

/// A secret in the vault; released, it leaves zeros.
final class KeptSecret: SecretStorage {
  private let vault: Vault
  private let piece: Piece
  let count: Int

  init(_ piece: Piece, count: Int, in vault: Vault) {
    self.vault = vault
    self.piece = piece
    self.count = count
  }

  deinit { vault.giveBack(piece) }

  func withBytes(_ body: (Span<UInt8>) -> Void) {
    body(Span(_unsafeBytes: UnsafeRawBufferPointer(start: piece.start, count: count)))
  }

  func append(to output: inout [UInt8]) {
    output.append(contentsOf: UnsafeRawBufferPointer(start: piece.start, count: count))
  }
}
