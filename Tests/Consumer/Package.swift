// swift-tools-version: 6.1

import PackageDescription

// A package that depends on this project by version, as others would; scripts/tests/consumer puts the
// folder of a tagged clone in place of REPOSITORY.
let package = Package(
  name: "consumer",
  dependencies: [.package(url: "REPOSITORY", from: "0.1.0")],
  targets: [
    .executableTarget(
      name: "consumer",
      dependencies: [
        .product(name: "Networks", package: "handwritten-digits"),
        .product(name: "Tensors", package: "handwritten-digits"),
      ])
  ]
)
