// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that who only wants to read digits need not build what attacks the readers.
let package = Package(
  name: "fuzzing",
  dependencies: [.package(name: "handwritten-digits", path: "..")],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: ["Imaging", "Datasets", "Tensors", "Networks", "Reports"].map {
        .product(name: $0, package: "handwritten-digits")
      },
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
