import Kernels
import Testing

/// Every kernel set that this processor can run against loops that anyone can check, over shapes of
/// every kind: odd and even extents, one and many channels.
@Suite struct PooledConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    let geometry: PooledGeometry
    var description: String {
      "\(geometry.rows)x\(geometry.columns)x\(geometry.inputChannels) to "
        + "\(geometry.outputChannels)"
    }

    init(_ rows: Int, _ columns: Int, _ inputs: Int, _ outputs: Int) {
      geometry = PooledGeometry(
        rows: rows, columns: columns, inputChannels: inputs, outputChannels: outputs)
    }
  }

  static let single = [
    Case(28, 28, 1, 32), Case(7, 9, 1, 8), Case(4, 6, 1, 16), Case(5, 12, 1, 24),
  ]
  static let many = [
    Case(13, 13, 32, 64), Case(15, 15, 8, 16), Case(4, 6, 8, 16), Case(7, 9, 24, 48),
    Case(6, 11, 40, 32), Case(9, 6, 16, 16), Case(5, 8, 64, 16), Case(5, 6, 8, 144),
  ]

  /// Inputs of one image, small random numbers; a third of the gradient is 0.
  struct Inputs {
    var image, weight, bias, gradient: [Float]

    init(_ g: PooledGeometry) {
      var state: UInt64 = 7
      func numbers(_ count: Int) -> [Float] {
        (0..<count).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Float(state >> 40) / Float(1 << 23) - 1
        }
      }
      image = numbers(g.inputValues)
      weight = numbers(9 * g.inputChannels * g.outputChannels)
      bias = numbers(g.outputChannels)
      gradient = numbers(g.outputValues).map { $0 > 0.33 ? 0 : $0 }
    }
  }

  /// The formulas as they stand: convolve, add the bias, take the largest of four, cut off at 0.
  static func plainForward(
    _ g: PooledGeometry, _ x: Inputs, relu: Bool
  ) -> (output: [Float], codes: [Int32]) {
    var output: [Float] = []
    var codes: [Int32] = []
    for row in 0..<g.pooledRows {
      for column in 0..<g.pooledColumns {
        for channel in 0..<g.outputChannels {
          let four = (0..<4).map { pixel in
            (0..<9).reduce(0.0) { sum, tap in
              (0..<g.inputChannels).reduce(sum) { sum, input in
                let place =
                  ((2 * row + pixel / 2 + tap / 3) * g.columns + 2 * column + pixel % 2 + tap % 3)
                  * g.inputChannels + input
                let weight = x.weight[(tap * g.inputChannels + input) * g.outputChannels + channel]
                return sum + Double(x.image[place]) * Double(weight)
              }
            }
          }
          let winner = four.indices.max { four[$0] < four[$1] }!
          let largest = Float(four[winner]) + x.bias[channel]
          let isDead = relu && largest <= 0
          output.append(isDead ? 0 : largest)
          codes.append(isDead ? 0 : 1 << Int32(winner))
        }
      }
    }
    return (output, codes)
  }

  /// Every product of the chain rule, one by one.
  static func plainGradients(
    _ g: PooledGeometry, _ x: Inputs, _ codes: [Int32]
  ) -> (weight: [Float], bias: [Float], image: [Float]) {
    var bias = Array(repeating: 0.0, count: g.outputChannels)
    var weight = Array(repeating: 0.0, count: x.weight.count)
    var image = Array(repeating: 0.0, count: x.image.count)
    for place in 0..<g.outputValues {
      let (position, channel) = place.quotientAndRemainder(dividingBy: g.outputChannels)
      let (row, column) = position.quotientAndRemainder(dividingBy: g.pooledColumns)
      if codes[place] == 0 { continue }
      let pixel = codes[place].trailingZeroBitCount
      bias[channel] += Double(x.gradient[place])
      for tap in 0..<9 {
        for input in 0..<g.inputChannels {
          let source =
            ((2 * row + pixel / 2 + tap / 3) * g.columns + 2 * column + pixel % 2 + tap % 3)
            * g.inputChannels + input
          let w = (tap * g.inputChannels + input) * g.outputChannels + channel
          weight[w] += Double(x.gradient[place]) * Double(x.image[source])
          image[source] += Double(x.gradient[place]) * Double(x.weight[w])
        }
      }
    }
    return (weight.map { Float($0) }, bias.map { Float($0) }, image.map { Float($0) })
  }

  static func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(a.count == b.count ? 0 : .infinity) { max($0, abs($1.0 - $1.1)) }
  }

  /// Sums of up to 576 products of numbers up to 1, in single precision; Winograd adds a few bits.
  static let tolerance: Float = 1e-4

  @Test(arguments: single, [false, true])
  func oneChannelAgreesWithThePlainLoops(item: Case, relu: Bool) {
    let g = item.geometry
    let x = Inputs(g)
    let plain = Self.plainForward(g, x, relu: relu)
    let gradients = Self.plainGradients(g, x, plain.codes)
    for kernels in allKernels {
      var output = Array(repeating: Float.nan, count: g.outputValues)
      var codes = Array(repeating: Int32(-1), count: g.outputValues)
      kernels.convolveAndPool1(
        x.image, g, weight: x.weight, bias: x.bias, relu: relu, into: &output, winners: &codes)
      #expect(codes == plain.codes, "\(kernels.name)")
      #expect(Self.largestDifference(output, plain.output) < Self.tolerance, "\(kernels.name)")

      var weight = Array(repeating: Float(0), count: x.weight.count)
      var bias = Array(repeating: Float(0), count: g.outputChannels)
      kernels.pooledWeightGradient1(
        x.gradient, winners: plain.codes, image: x.image, g, into: &weight, biasGradient: &bias)
      #expect(Self.largestDifference(bias, gradients.bias) < Self.tolerance, "\(kernels.name)")
      #expect(Self.largestDifference(weight, gradients.weight) < Self.tolerance, "\(kernels.name)")
    }
  }

  @Test(arguments: many, [false, true])
  func manyChannelsAgreeWithThePlainLoops(item: Case, relu: Bool) {
    let g = item.geometry
    let x = Inputs(g)
    let plain = Self.plainForward(g, x, relu: relu)
    let gradients = Self.plainGradients(g, x, plain.codes)
    for kernels in allKernels {
      func room(_ count: Int) -> [Float] { Array(repeating: .nan, count: count) }
      var weights = room(16 * g.inputChannels * g.outputChannels)
      var tiles = room(16 * g.positions * g.inputChannels)
      var product = room(16 * g.positions * g.outputChannels)
      var output = room(g.outputValues)
      var codes = Array(repeating: Int32(-1), count: g.outputValues)
      kernels.winogradWeights(
        x.weight, inputChannels: g.inputChannels, outputChannels: g.outputChannels,
        into: &weights)
      kernels.winogradTiles(x.image, g, tileCount: g.positions, into: &tiles)
      kernels.winogradProduct(
        tiles: tiles, weights: weights, tileCount: g.positions, inputChannels: g.inputChannels,
        outputChannels: g.outputChannels, into: &product)
      kernels.winogradPool(
        product, g, bias: x.bias, relu: relu, into: &output, winners: &codes)
      #expect(codes == plain.codes, "\(kernels.name)")
      #expect(Self.largestDifference(output, plain.output) < Self.tolerance, "\(kernels.name)")

      let rows = 9 * g.inputChannels
      var transposed = room(x.weight.count)
      kernels.transposeWeights(
        x.weight, rows: rows, columns: g.outputChannels, into: &transposed)
      var image = room(x.image.count)
      var scratch = room(8 * g.positions * ((g.outputChannels + 63) / 64))
      kernels.pooledInputGradient(
        x.gradient, winners: plain.codes, transposedWeight: transposed, g, scratch: &scratch,
        into: &image)
      #expect(Self.largestDifference(image, gradients.image) < Self.tolerance, "\(kernels.name)")

      var transposedGradient = Array(repeating: Float(0), count: x.weight.count)
      var bias = Array(repeating: Float(0), count: g.outputChannels)
      scratch = room(2 * (g.positions + 1))
      kernels.pooledWeightGradient(
        x.gradient, winners: plain.codes, image: x.image, g, scratch: &scratch,
        into: &transposedGradient, biasGradient: &bias)
      #expect(Self.largestDifference(bias, gradients.bias) < Self.tolerance, "\(kernels.name)")
      var weight = room(x.weight.count)
      kernels.transposeWeights(
        transposedGradient, rows: g.outputChannels, columns: rows, into: &weight)
      #expect(Self.largestDifference(weight, gradients.weight) < Self.tolerance, "\(kernels.name)")
    }
  }

  /// Adam's root is made of Newton's steps: against the C library's, from 0 to the largest numbers,
  /// and for counts that are no multiple of 8.
  @Test func adamAgreesWithThePlainFormula() {
    let squares: [Float] = [0, 1e-38, 1e-30, 1e-12, 1e-4, 0.5, 1, 3, 1e6, 1e20, 1e30]
    for kernels in allKernels {
      var (p, m, v) = (squares.map { _ in Float(2) }, squares.map { _ in Float(0.1) }, squares)
      // The gradient is 0.01, in two parts that begin at their third number.
      let parts: [[Float]] = [0.0075, 0.0025].map {
        [9, 9] + Array(repeating: $0, count: squares.count)
      }
      parts[0].withUnsafeBufferPointer { one in
        parts[1].withUnsafeBufferPointer { other in
          kernels.adamStep(
            &p, gradients: [one.baseAddress!, other.baseAddress!], gradientCount: 2, from: 2,
            firstMoment: &m, secondMoment: &v, count: p.count, beta1: 0.9, beta2: 0.99,
            epsilon: 1e-8, rate: 0.1, rootScale: 1.5, decay: 0.999)
        }
      }
      for i in squares.indices {
        let mean = 0.9 * 0.1 + 0.1 * 0.01
        let square = 0.99 * Double(squares[i]) + 0.01 * 1e-4
        let expected = 0.999 * 2 - 0.1 * mean / (square.squareRoot() * 1.5 + 1e-8)
        #expect(abs(Double(p[i]) - expected) < 1e-5 * max(1, abs(expected)), "\(squares[i])")
      }
    }
  }
}
