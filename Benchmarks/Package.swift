// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that who only wants to read digits need not build what measures kernels.
let package = Package(
  name: "kernel-benchmarks",
  platforms: [.macOS(.v13)],
  dependencies: [
    .package(name: "handwritten-digits", path: ".."),
    // Without its default traits it needs no library that counts allocations.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Kernels-Benchmark",
      dependencies: [
        .product(name: "Kernels", package: "handwritten-digits"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Kernels",
      swiftSettings: [.swiftLanguageMode(.v6)],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
