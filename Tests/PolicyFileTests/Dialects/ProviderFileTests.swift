import Feedback
import Foundation
import Testing

@Suite("The dialects in conf/providers") struct ProviderFileTests {
  @Test("are all there")
  func all() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Provider.folder).sorted()
    #expect(files == Provider.names.map { "\($0).yaml" }.sorted())
  }

  @Test("have no fault, and speak", arguments: Provider.names)
  func sound(name: String) throws {
    let text = try Provider.text(of: name)
    #expect(Provider.faults(text) == [])
    #expect(Provider.dialect(name) != Dialect(name: "own"), "the file has no dialect")
  }

  @Test("are explained, word by word")
  func explained() throws {
    let path = "\(Provider.folder)/../../../conf/provider.yaml.example"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(Provider.faults(text) == [])
    for word in [
      "statuses", "class", "scope", "at-least", "default", "until", "processed", "blames", "when",
      "delay", "header", "body", "canonical", "codes", "values", "contains", "on", "estimates",
      "name", "named-by", "limit", "remaining", "used", "reset", "unit", "means", "window",
      "restored", "requested", "bound", "ietf", "field", "policy", "room", "unstated",
      "rejects-counted", "idempotency-header", "tier",
    ] {
      #expect(text.contains("\(word):") || text.contains("#   \(word) "), "\(word)")
    }
  }
}
