import COpenSSL

extension TLSServerStream {
  /// Who the client's certificate says it is: its common name, else its first DNS name or URI; nil
  /// when none was asked for or it names nobody in printable ASCII or longer than 255 bytes.
  public var clientName: String? {
    guard let ssl, let certificate = SSL_get0_peer_certificate(ssl),
      SSL_get_verify_result(ssl) == X509_V_OK
    else { return nil }
    return TLSServerStream.commonName(of: certificate)
      ?? TLSServerStream.alternativeName(of: certificate)
  }

  private static func commonName(of certificate: OpaquePointer) -> String? {
    let subject = X509_get_subject_name(certificate)
    let place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
    guard place >= 0,
      let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place))
    else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&bytes, value)
    guard count >= 0, let bytes else { return nil }
    defer { CRYPTO_free(bytes, nil, 0) }
    return text(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private static func alternativeName(of certificate: OpaquePointer) -> String? {
    guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
      return nil
    }
    let names = OpaquePointer(found)
    defer { copenssl_names_free(names) }
    for index in 0..<copenssl_names_count(names) {
      var start: UnsafePointer<UInt8>?
      var count: Int32 = 0
      let type = copenssl_names_at(names, index, &start, &count)
      guard type == GEN_DNS || type == GEN_URI else { continue }
      if let name = text(UnsafeBufferPointer(start: start, count: Int(count))) { return name }
    }
    return nil
  }

  /// A name fit for logs: control characters or a NUL in it would let it pass for another.
  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
