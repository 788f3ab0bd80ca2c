import COpenSSL

/// A private key; it never leaves OpenSSL's own memory, which is wiped when it is freed.
final class PrivateKey {
  let pointer: OpaquePointer

  /// Takes over the caller's reference.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  /// A new EC key on P-256; nil when the system gives no randomness.
  init?() {
    guard let made = copenssl_make_key() else { return nil }
    pointer = made
  }

  deinit { EVP_PKEY_free(pointer) }
}
