/// Why a file could not be read, in words for a person.
struct FileFailure: Error {
  let reason: String
}
