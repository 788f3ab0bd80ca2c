// swift-tools-version: 6.2
// Targets stand in layer order: each imports only what stands above it in this file.
import PackageDescription

/// Settings of every target of ours: a warning is an error, async code stays on its caller's actor.
let house: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  // Glibc's module and our C borders must see the same declarations: libevent defines this too.
  .unsafeFlags(["-Xcc", "-D_GNU_SOURCE"]),
  // Everything of a worker runs on one thread, and debug builds check every access.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]
/// Settings of the targets that decide: no unsafe code, no C, no clock.
let pure: [SwiftSetting] = house + [.strictMemorySafety()]

let package = Package(
  name: "penstock",
  products: [.executable(name: "penstock", targets: ["penstock"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The C borders: a module map and inline shims, nothing else.
    .systemLibrary(name: "CLibevent"),
    .systemLibrary(name: "CCurl"),
    .systemLibrary(name: "CSystem"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "COpenSSL"),
    .systemLibrary(name: "CCrypt"),

    // The pure core.
    .target(name: "Timekeeping", swiftSettings: pure),
    .target(name: "Seeding", swiftSettings: pure),
    .target(name: "HTTPWire", swiftSettings: pure),
    .target(
      name: "Limits",
      dependencies: ["Timekeeping", "Seeding"],
      swiftSettings: pure),
    .target(
      name: "Scheduling",
      dependencies: ["Timekeeping", .product(name: "HeapModule", package: "swift-collections")],
      swiftSettings: pure),
    .target(
      name: "Feedback",
      dependencies: [
        "Timekeeping",
        .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers"),
      ],
      swiftSettings: pure),
    .target(
      name: "Policy", dependencies: ["Limits", "Feedback"], swiftSettings: pure),
    .target(
      name: "Statistics",
      dependencies: [
        "Timekeeping", .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: house),
    .target(
      name: "Admission",
      dependencies: [
        "Timekeeping", "Seeding", "Limits", "Scheduling", "Policy", "Feedback", "Statistics",
        .product(name: "DequeModule", package: "swift-collections"),
      ],
      swiftSettings: pure),
    .target(
      name: "Planning",
      dependencies: [
        "Timekeeping", "Seeding", "Limits", "Policy", "Feedback", "Statistics", "Admission",
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: pure),

    // Mechanism: one C library each.
    .target(name: "Passwords", dependencies: ["CCrypt", "Timekeeping"], swiftSettings: house),
    .target(name: "Safekeeping", dependencies: ["CSystem", "Policy"], swiftSettings: house),
    .target(
      name: "Events", dependencies: ["CLibevent", "CSystem", "Timekeeping"], swiftSettings: house),
    .target(name: "Encrypting", dependencies: ["COpenSSL", "Events"], swiftSettings: house),
    .target(
      name: "Dialing",
      dependencies: [
        "CCurl", "COpenSSL", "CSystem", "Encrypting", "Events", "Policy", "Timekeeping",
      ],
      swiftSettings: house),
    .target(
      name: "Serving", dependencies: ["Events", "HTTPWire", "Timekeeping"], swiftSettings: house),
    .target(
      name: "Interception", dependencies: ["COpenSSL", "Encrypting", "Events", "Timekeeping"],
      swiftSettings: house),
    .target(name: "Inflating", dependencies: ["CZlib"], swiftSettings: house),
    .target(
      name: "PolicyFile",
      dependencies: [
        "Policy", "Limits", "Feedback", "Planning", "Timekeeping",
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [
        .embedInCode("Providers/anthropic.yaml"),
        .embedInCode("Providers/atlassian.yaml"),
        .embedInCode("Providers/aws.yaml"),
        .embedInCode("Providers/cloudflare.yaml"),
        .embedInCode("Providers/discord.yaml"),
        .embedInCode("Providers/generic.yaml"),
        .embedInCode("Providers/github.yaml"),
        .embedInCode("Providers/gitlab.yaml"),
        .embedInCode("Providers/google.yaml"),
        .embedInCode("Providers/hubspot.yaml"),
        .embedInCode("Providers/linear.yaml"),
        .embedInCode("Providers/notion.yaml"),
        .embedInCode("Providers/openai.yaml"),
        .embedInCode("Providers/reddit.yaml"),
        .embedInCode("Providers/shopify-graphql.yaml"),
        .embedInCode("Providers/shopify.yaml"),
        .embedInCode("Providers/slack.yaml"),
        .embedInCode("Providers/soku.yaml"),
        .embedInCode("Providers/stripe.yaml"),
        .embedInCode("Providers/tiktok-research.yaml"),
        .embedInCode("Providers/tiktok-shop.yaml"),
        .embedInCode("Providers/tiktok.yaml"),
        .embedInCode("Providers/tokportal.yaml"),
        .embedInCode("Providers/twilio.yaml"),
        .embedInCode("Providers/x.yaml"),
      ],
      swiftSettings: house),

    // Assembly.
    .target(
      name: "Proxy",
      dependencies: [
        "CSystem",
        "Timekeeping", "HTTPWire", "Policy", "Feedback", "Admission", "Statistics",
        "Events", "Dialing", "Serving", "Inflating", "Interception", "Passwords",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: house),
    .target(
      name: "Emulation",
      dependencies: [
        "CSystem", "Timekeeping", "Seeding", "HTTPWire", "Limits", "Statistics", "Events",
        "Serving", .product(name: "DequeModule", package: "swift-collections"),
      ],
      swiftSettings: house),
    .executableTarget(
      name: "penstock",
      dependencies: [
        "CSystem", "Proxy", "PolicyFile", "Planning", "Emulation", "Policy", "HTTPWire", "Events",
        "Timekeeping", "Limits", "Interception", "Safekeeping",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: house),
    .executableTarget(
      name: "EngineBench",
      dependencies: ["Admission", "Limits", "Policy", "Feedback", "Timekeeping"],
      path: "benchmarks/engine", exclude: ["count.py", "thresholds.json"], swiftSettings: house),

    .testTarget(
      name: "TimekeepingTests", dependencies: ["Timekeeping", "Seeding"], swiftSettings: house),
    .testTarget(
      name: "HTTPWireTests", dependencies: ["HTTPWire", "Seeding"], swiftSettings: house),
    .testTarget(
      name: "LimitsTests", dependencies: ["Limits", "Seeding", "Timekeeping"], swiftSettings: house),
    .testTarget(
      name: "SchedulingTests", dependencies: ["Scheduling", "Seeding", "Timekeeping"],
      swiftSettings: house),
    .testTarget(
      name: "AdmissionTests",
      dependencies: ["Admission", "Limits", "Policy", "Feedback", "Seeding", "Timekeeping"],
      swiftSettings: house),
    .testTarget(
      name: "ProofTests",
      dependencies: ["Admission", "Limits", "Policy", "Feedback", "Seeding", "Timekeeping"],
      swiftSettings: house),
    .testTarget(
      name: "PlanningTests",
      dependencies: [
        "Planning", "PolicyFile", "Limits", "Policy", "Seeding", "Timekeeping",
      ],
      swiftSettings: house),
    .testTarget(
      name: "FeedbackTests", dependencies: ["Feedback", "Seeding", "Timekeeping"],
      swiftSettings: house),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "Timekeeping"], swiftSettings: house),
    .testTarget(
      name: "PolicyTests",
      dependencies: ["Policy", "Limits", "Seeding"],
      swiftSettings: house),
    .testTarget(
      name: "PolicyFileTests",
      dependencies: [
        "PolicyFile", "Safekeeping", "Policy", "Limits", "Feedback", "Seeding", "Timekeeping",
      ],
      swiftSettings: house),
    .testTarget(
      name: "EventsTests", dependencies: ["Events", "CSystem", "Seeding", "Timekeeping"],
      swiftSettings: house),
    .testTarget(
      name: "PasswordsTests", dependencies: ["Passwords", "Seeding", "Timekeeping"],
      swiftSettings: house),
    .testTarget(
      name: "DialingTests", dependencies: ["Dialing", "Events", "Timekeeping"],
      swiftSettings: house),
    .testTarget(
      name: "SafekeepingTests", dependencies: ["Safekeeping", "Policy"], swiftSettings: house),
    .testTarget(
      name: "InterceptionTests",
      dependencies: ["Interception", "COpenSSL", "CSystem", "Events", "Seeding", "Timekeeping"],
      swiftSettings: house),
    .testTarget(name: "InflatingTests", dependencies: ["Inflating"], swiftSettings: house),
    .testTarget(
      name: "ProxyTests",
      dependencies: [
        "Proxy", "Admission", "Feedback", "HTTPWire", "Limits", "Policy", "Timekeeping", "Seeding",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: house),
    .testTarget(
      name: "EmulationTests",
      dependencies: ["Emulation", "Feedback", "Limits", "Seeding", "Timekeeping", "Events"],
      swiftSettings: house),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzz targets are built with what they read alone, all of it with coverage (`make fuzz`).
if Context.environment["PENSTOCK_FUZZ"] != nil {
  let read = [
    "Timekeeping", "Seeding", "HTTPWire", "Limits", "Scheduling", "Feedback", "Policy",
    "Statistics", "Admission", "Planning", "PolicyFile", "CLibevent", "CSystem", "CZlib",
    "COpenSSL", "Events", "Encrypting", "Inflating", "Interception", "Safekeeping",
  ]
  func fuzz(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: "Fuzz\(name)", dependencies: dependencies + ["FuzzSupport"],
      path: "Tests/Fuzz/\(name)", swiftSettings: house)
  }
  package.products = []
  package.targets.removeAll { !read.contains($0.name) }
  package.targets += [
    .target(
      name: "FuzzSupport", dependencies: ["HTTPWire"], path: "Tests/Fuzz/Support",
      swiftSettings: house),
    fuzz("RequestHead", ["HTTPWire"]),
    fuzz("ResponseHead", ["HTTPWire"]),
    fuzz("ChunkedBody", ["HTTPWire"]),
    fuzz("ConnectTarget", ["HTTPWire"]),
    fuzz("Answers", ["Feedback", "Policy", "PolicyFile", "Safekeeping", "Timekeeping"]),
    fuzz("PolicyFile", ["Policy", "PolicyFile", "Safekeeping"]),
    fuzz("Inflating", ["Inflating"]),
    fuzz("Handshake", ["COpenSSL", "Encrypting", "Events", "Interception"]),
  ]
}
