extension Refusal.Reason {
  /// The reason in reports, such as `lane-full`.
  public var word: String {
    switch self {
    case .laneFull: "lane-full"
    case .queueFull: "queue-full"
    case .deadline: "deadline"
    case .attempts: "attempts"
    case .neverFits: "never-fits"
    case .tooManyBuckets: "too-many-buckets"
    case .quota: "quota"
    case .keyOut: "key-out"
    case .closed: "closed"
    case .batchFailed: "batch-failed"
    case .draining: "draining"
    }
  }
}
