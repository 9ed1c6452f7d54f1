import Benchmark
import Kernels

/// The shapes of the recipes' networks: each kernel on one image of the layer where it works hardest.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], scalingFactor: .kilo, maxDuration: .seconds(3))
  oneChannel(outputs: 32)
  oneChannel(outputs: 8)
  manyChannels(side: 13, inputs: 32, outputs: 64)
  manyChannels(side: 15, inputs: 8, outputs: 16)
  products()
  measure("adamStep 205,000 parameters", [205_000, 205_000, 205_000, 205_000]) { p in
    withUnsafePointer(to: Floats(p[1])) {
      kernels.adamStep(
        p[0], gradients: $0, gradientCount: 1, from: 0, firstMoment: p[2], secondMoment: p[3],
        count: 205_000, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rate: 1e-3, rootScale: 1, decay: 1)
    }
  }
}

/// Measures one kernel on arrays of these sizes, filled with numbers from 0 to 1.
private func measure(
  _ name: String, _ sizes: [Int], _ kernel: @escaping @Sendable ([MutableFloats]) -> Void
) {
  Benchmark("\(name), \(kernels.name)") { benchmark in
    let memory = sizes.map { size in
      let scratch = UnsafeMutableRawPointer.allocate(byteCount: 4 * size, alignment: 64)
      let floats = scratch.bindMemory(to: Float.self, capacity: size)
      var state: UInt64 = 1
      for i in 0..<size {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        floats[i] = Float(state >> 40) / Float(1 << 24)
      }
      return floats
    }
    kernel(memory)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { kernel(memory) }
    benchmark.stopMeasurement()
    for floats in memory { floats.deallocate() }
  }
}

/// Four codes in turn: a quarter of the gradients at each pixel of their window.
private func codes(_ count: Int) -> [Int32] { (0..<count).map { 1 << Int32($0 % 4) } }

private func oneChannel(outputs: Int) {
  let g = PooledGeometry(rows: 28, columns: 28, inputChannels: 1, outputChannels: outputs)
  let name = "28x28x1 to \(outputs)"
  measure(
    "convolveAndPool1 \(name)", [g.inputValues, 9 * outputs, outputs, g.outputValues]
  ) { p in
    kernels.convolveAndPool1(
      p[0], g, weight: p[1], bias: p[2], relu: true, into: p[3], winners: nil)
  }
  let winners = codes(g.outputValues)
  measure(
    "pooledWeightGradient1 \(name)", [g.outputValues, g.inputValues, 9 * outputs, outputs]
  ) { p in
    kernels.pooledWeightGradient1(
      p[0], winners: winners, image: p[1], g, into: p[2], biasGradient: p[3])
  }
}

private func manyChannels(side: Int, inputs: Int, outputs: Int) {
  let g = PooledGeometry(
    rows: side, columns: side, inputChannels: inputs, outputChannels: outputs)
  let name = "\(side)x\(side)x\(inputs) to \(outputs)"
  let (tiles, product) = (16 * g.positions * inputs, 16 * g.positions * outputs)
  let weights = 9 * inputs * outputs
  measure("winogradTiles \(name)", [g.inputValues, tiles]) { p in
    kernels.winogradTiles(p[0], g, tileCount: g.positions, into: p[1])
  }
  measure("winogradProduct \(name)", [tiles, 16 * inputs * outputs, product]) { p in
    kernels.winogradProduct(
      tiles: p[0], weights: p[1], tileCount: g.positions, inputChannels: inputs,
      outputChannels: outputs, into: p[2])
  }
  measure("winogradPool \(name)", [product, outputs, g.outputValues]) { p in
    kernels.winogradPool(p[0], g, bias: p[1], relu: true, into: p[2], winners: nil)
  }
  let winners = codes(g.outputValues)
  measure(
    "pooledWeightGradient \(name)",
    [g.outputValues, g.inputValues, 2 * (g.positions + 1), weights, outputs]
  ) { p in
    kernels.pooledWeightGradient(
      p[0], winners: winners, image: p[1], g, scratch: p[2], into: p[3], biasGradient: p[4])
  }
  measure(
    "pooledInputGradient \(name)",
    [g.outputValues, weights, 8 * g.positions * ((outputs + 63) / 64), g.inputValues]
  ) { p in
    kernels.pooledInputGradient(
      p[0], winners: winners, transposedWeight: p[1], g, scratch: p[2], into: p[3])
  }
}

/// The dense layer of the network `reference` for 32 images, forward and back, and for one.
private func products() {
  let (images, inputs, outputs) = (32, 1600, 128)
  for rows in [images, 1] {
    measure(
      "multiply \(rows)x1600x128",
      [rows * inputs, inputs * outputs, rows * outputs, kernels.productScratch]
    ) { p in
      kernels.multiply(
        p[0], aRow: inputs, aColumn: 1, p[1], bRow: outputs, bColumn: 1, rows: rows, inner: inputs,
        columns: outputs, add: false, scratch: p[3], into: p[2])
    }
  }
  measure(
    "multiply 1600x32x128, a transposed",
    [images * inputs, images * outputs, inputs * outputs, kernels.productScratch]
  ) { p in
    kernels.multiply(
      p[0], aRow: 1, aColumn: inputs, p[1], bRow: outputs, bColumn: 1, rows: inputs,
      inner: images, columns: outputs, add: false, scratch: p[3], into: p[2])
  }
  measure(
    "multiply 32x128x1600, b transposed",
    [images * outputs, inputs * outputs, images * inputs, kernels.productScratch]
  ) { p in
    kernels.multiply(
      p[0], aRow: outputs, aColumn: 1, p[1], bRow: 1, bColumn: outputs, rows: images,
      inner: outputs, columns: inputs, add: false, scratch: p[3], into: p[2])
  }
}
