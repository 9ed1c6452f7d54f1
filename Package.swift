// swift-tools-version: 6.2

// From 6.2 on: older tools refuse unsafe flags (see KernelsAVX2) in a package that others depend on by
// version.
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

// A target imports targets below it, never beside or above it: pictures know nothing of networks,
// networks know nothing of pictures; they meet in `Recognition`.
let package = Package(
  name: "handwritten-digits",
  products: [
    .library(name: "Kernels", targets: ["Kernels"]),
    .library(name: "Tensors", targets: ["Tensors"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Drawing", targets: ["Drawing"]),
    .library(name: "Training", targets: ["Training"]),
    .library(name: "Imaging", targets: ["Imaging"]),
    .library(name: "Recognition", targets: ["Recognition"]),
    .library(name: "Forms", targets: ["Forms"]),
    .library(name: "Pages", targets: ["Pages"]),
    .library(name: "Reports", targets: ["Reports"]),
    .executable(name: "train", targets: ["train"]),
    .executable(name: "evaluate", targets: ["evaluate"]),
    .executable(name: "recognize", targets: ["recognize"]),
    .executable(name: "merge", targets: ["merge"]),
    .executable(name: "serve", targets: ["serve"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    // The web app. Without its traits, which are for configuration files and all of Foundation.
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
  ],
  targets: [
    // Floor 0: bytes, threads, loops over memory.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    // Types alone: nothing links with libheif, which `Imaging` loads when it is needed.
    .systemLibrary(name: "CHEIF"),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    // Types alone: `Pages` loads FreeType when `train` draws pages.
    .systemLibrary(
      name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"])]),
    // Part of the C library, of which the module Glibc leaves it out.
    .systemLibrary(name: "CMalloc"),
    .target(name: "Bytes", dependencies: ["CZlib"], swiftSettings: settings),
    .target(name: "Workers", swiftSettings: settings),
    // The kernels are one source compiled twice; `Kernels` chooses when a process starts.
    .target(name: "KernelInterface", swiftSettings: settings),
    .target(
      name: "KernelsBaseline", dependencies: ["KernelInterface"], swiftSettings: settings),
    .target(
      name: "KernelsAVX2", dependencies: ["KernelInterface"],
      swiftSettings: settings + [
        .define("FMA", .when(platforms: [.linux])),
        .unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma"]),
      ]),
    .target(
      name: "Kernels", dependencies: ["KernelInterface", "KernelsBaseline", "KernelsAVX2"],
      swiftSettings: settings),

    // Floor 1: tensors; pictures.
    // Who uses kernels names their interface, too, or a change of it would not compile them anew.
    .target(
      name: "Tensors", dependencies: ["Bytes", "KernelInterface", "Kernels"],
      swiftSettings: settings),
    .target(
      name: "Imaging",
      dependencies: [
        "Bytes", "KernelInterface", "Kernels", "CTurboJPEG", "CPNG", "CWebP", "CHEIF", "CTIFF",
      ],
      swiftSettings: settings),

    // Floor 2: networks; data sets; drawn pictures.
    .target(
      name: "Networks",
      dependencies: ["Tensors", "KernelInterface", "Kernels", "Bytes", "Workers"],
      swiftSettings: settings),
    .target(name: "Datasets", dependencies: ["Tensors", "Bytes"], swiftSettings: settings),
    // Long runs: journals, shards.
    .target(name: "Runs", dependencies: ["Bytes"], swiftSettings: settings),
    .target(name: "Documents", dependencies: ["Bytes"], swiftSettings: settings),
    .target(name: "Drawing", dependencies: ["Tensors", "Imaging"], swiftSettings: settings),

    // Floor 3: training; reading photos.
    .target(
      name: "Training",
      dependencies: ["Networks", "Tensors", "Imaging", "Datasets", "Drawing", "Workers"],
      swiftSettings: settings),
    .target(
      name: "Recognition", dependencies: ["Bytes", "Networks", "Imaging"], swiftSettings: settings),

    // Floor 4: pages to learn reading from.
    .target(
      name: "Pages",
      dependencies: [
        "Bytes", "CFreeType", "Datasets", "Drawing", "Imaging", "Networks", "Recognition",
        "Tensors",
        "Workers",
      ],
      swiftSettings: settings),

    // Floor 4: forms with named fields.
    .target(
      name: "Forms", dependencies: ["Bytes", "Imaging", "Recognition", "Tensors"],
      swiftSettings: settings),

    // Floor 5: readings as files and pages; what the commands share.
    .target(
      name: "Reports", dependencies: ["Bytes", "Forms", "Imaging", "Recognition"],
      swiftSettings: settings),
    .target(
      name: "CommandSupport", dependencies: ["Bytes", "CMalloc", "Kernels", argumentParser],
      swiftSettings: settings),

    // Floor 6: the web app.
    .target(
      name: "WebApp",
      dependencies: [
        "Bytes", "CMalloc", "Documents", "Forms", "Imaging", "Networks", "Recognition", "Reports",
        "Tensors",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
      ],
      resources: [.embedInCode("Page")],
      swiftSettings: settings),

    // Floor 7: thin commands.
    .executableTarget(
      name: "train",
      dependencies: [
        "Bytes", "CommandSupport", "Datasets", "Imaging", "Networks", "Pages", "Recognition",
        "Tensors", "Training", "Workers", argumentParser,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "evaluate",
      dependencies: [
        "Bytes", "CommandSupport", "Datasets", "Imaging", "Networks", "Pages", "Recognition",
        "Reports", "Tensors", "Training", "Workers", argumentParser,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "recognize",
      dependencies: [
        "Bytes", "CommandSupport", "Documents", "Forms", "Imaging", "Recognition", "Reports",
        "Runs", "Workers", argumentParser,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "merge", dependencies: ["Bytes", "CommandSupport", "Runs", argumentParser],
      swiftSettings: settings),

    .executableTarget(
      name: "serve",
      dependencies: [
        "Bytes", "CommandSupport", "Networks", "Recognition", "WebApp", argumentParser,
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),

    // Measures the rest; no product, not installed.
    .executableTarget(
      name: "benchmark",
      dependencies: [
        "Bytes", "CommandSupport", "Datasets", "KernelInterface", "Kernels", "Networks", "Tensors",
        "Training", "Workers", argumentParser,
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Bytes", "Networks", "Tensors"],
      path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"], swiftSettings: settings),
    .testTarget(
      name: "BytesTests", dependencies: ["Bytes", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "DocumentsTests", dependencies: ["Bytes", "Documents", "Imaging", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "RunsTests", dependencies: ["Bytes", "Runs"], swiftSettings: settings),
    .testTarget(name: "WorkersTests", dependencies: ["Workers"], swiftSettings: settings),
    .testTarget(
      name: "TensorsTests", dependencies: ["Bytes", "Tensors", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "NetworksTests", dependencies: ["Bytes", "Networks", "Tensors", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Bytes", "Datasets", "Tensors", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DrawingTests", dependencies: ["Drawing", "Imaging", "Tensors"],
      swiftSettings: settings),
    .testTarget(
      name: "PagesTests",
      dependencies: [
        "Datasets", "Drawing", "Imaging", "Pages", "Recognition", "Tensors", "Workers",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Bytes", "Datasets", "Drawing", "Networks", "Tensors", "Training", "Workers", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ImagingTests",
      dependencies: ["Imaging", "Bytes", "CTurboJPEG", "CWebP", "CHEIF", "CTIFF", "CZlib"],
      swiftSettings: settings, linkerSettings: [.linkedLibrary("heif")]),
    .testTarget(
      name: "RecognitionTests",
      dependencies: ["Bytes", "Imaging", "Networks", "Recognition", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "FormsTests",
      dependencies: ["Bytes", "Forms", "Imaging", "Recognition", "Tensors", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ReportsTests", dependencies: ["Bytes", "Forms", "Imaging", "Recognition", "Reports"],
      swiftSettings: settings),
    .testTarget(
      name: "WebAppTests",
      dependencies: [
        "Bytes", "Imaging", "Networks", "Recognition", "Reports", "Tensors", "WebApp",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CommandTests",
      dependencies: ["CommandSupport", "TestSupport", "train", "evaluate", "recognize", "merge"],
      swiftSettings: settings),
  ]
)
