import Kernels
import Testing

/// Every kernel set that this processor can run against loops that anyone can check: rests of tiles,
/// several chunks of positions, pixels that no window covers.
@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let batch, rows, columns, inputs, outputs, side, stride, padding: Int
    var testDescription: String {
      "\(batch)x\(rows)x\(columns)x\(inputs) to \(outputs), side \(side), stride \(stride), "
        + "padding \(padding)"
    }
  }

  private static let cases = [
    (1, 6, 5, 16, 32, 3, 1, 0), (5, 6, 7, 3, 17, 3, 1, 1), (3, 12, 11, 1, 20, 5, 1, 0),
    (6, 9, 8, 5, 7, 3, 2, 0), (2, 9, 10, 8, 48, 3, 2, 1), (7, 5, 4, 20, 16, 1, 1, 0),
    (2, 14, 13, 4, 10, 5, 3, 2), (1, 3, 3, 33, 5, 3, 1, 0), (4, 8, 7, 2, 33, 2, 3, 0),
    (10, 6, 8, 16, 32, 3, 1, 0), (35, 4, 4, 32, 48, 3, 1, 0), (1, 36, 38, 16, 16, 3, 1, 0),
  ].map {
    Case(
      batch: $0.0, rows: $0.1, columns: $0.2, inputs: $0.3, outputs: $0.4, side: $0.5,
      stride: $0.6, padding: $0.7)
  }

  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
  }

  private static func geometry(_ c: Case, padding: Int) -> WindowGeometry {
    func outputs(_ extent: Int) -> Int { (extent + 2 * c.padding - c.side) / c.stride + 1 }
    let frame = 2 * (c.padding - padding)
    return WindowGeometry(
      side: c.side, stride: c.stride, padding: padding, rows: c.rows + frame,
      columns: c.columns + frame, channels: c.inputs, outputRows: outputs(c.rows),
      outputColumns: outputs(c.columns))
  }

  @Test(arguments: cases)
  func agreesWithTheFormula(c: Case) {
    // The padding is part of the input; its values are as good as any others.
    let (framed, bare) = (Self.geometry(c, padding: 0), Self.geometry(c, padding: c.padding))
    let input = Self.numbers(c.batch * framed.image, seed: 1)
    let weight = Self.numbers(framed.patch * c.outputs, seed: 2)
    let bias = Self.numbers(c.outputs, seed: 3)
    let gradient = Self.numbers(c.batch * framed.positions * c.outputs, seed: 4)
    var output = gradient.indices.map { Double(bias[$0 % c.outputs]) }
    var weightGradient = weight.map { _ in 0.0 }
    var inputGradient = Array(repeating: 0.0, count: c.batch * bare.image)
    for image in 0..<c.batch {
      for position in 0..<framed.positions {
        let (row, column) = position.quotientAndRemainder(dividingBy: framed.outputColumns)
        for k in 0..<framed.patch {
          let (tap, channel) = k.quotientAndRemainder(dividingBy: c.inputs)
          let y = row * c.stride + tap / c.side
          let x = column * c.stride + tap % c.side
          let place = (image * framed.rows + y) * framed.columns + x
          let value = Double(input[place * c.inputs + channel])
          let (innerY, innerX) = (y - c.padding, x - c.padding)
          let isInside = (0..<c.rows).contains(innerY) && (0..<c.columns).contains(innerX)
          let inner = (image * c.rows + innerY) * c.columns + innerX
          for j in 0..<c.outputs {
            let target = (image * framed.positions + position) * c.outputs + j
            output[target] += value * Double(weight[k * c.outputs + j])
            weightGradient[k * c.outputs + j] += value * Double(gradient[target])
            if isInside {
              inputGradient[inner * c.inputs + channel] +=
                Double(gradient[target]) * Double(weight[k * c.outputs + j])
            }
          }
        }
      }
    }
    for kernels in allKernels {
      func check(
        _ what: String, _ expected: [Double], _ run: (inout [Float], inout [Float]) -> Void
      ) {
        let room = kernels.convolutionScratch(framed, outputChannels: c.outputs)
        var scratch = [Float](repeating: .nan, count: room)
        var result = [Float](repeating: .nan, count: expected.count)
        run(&scratch, &result)
        let worst = expected.indices.map { abs(expected[$0] - Double(result[$0])) }.max()!
        // Sums of up to 700 products of numbers up to 1, in single precision.
        #expect(worst < 5e-5, "\(kernels.name): \(what)")
      }
      check("output", output) {
        kernels.convolve(
          input, framed, batch: c.batch, weight: weight, bias: bias, outputChannels: c.outputs,
          scratch: &$0, into: &$1)
      }
      check("weight gradient", weightGradient) {
        kernels.convolutionWeightGradient(
          gradient, input: input, framed, batch: c.batch, outputChannels: c.outputs,
          scratch: &$0, into: &$1)
      }
      check("input gradient", inputGradient) {
        kernels.convolutionInputGradient(
          gradient, weight: weight, bare, batch: c.batch, outputChannels: c.outputs,
          scratch: &$0, into: &$1)
      }
    }
  }

  /// Winograd's method against the kernels that the test above has compared with the formula.
  @Test(arguments: cases.suffix(3))
  func fewerMultiplicationsGiveTheSame(c: Case) {
    let g = Self.geometry(c, padding: 0)
    let tiles = PooledGeometry(
      rows: g.rows, columns: g.columns, inputChannels: c.inputs, outputChannels: c.outputs)
    let input = Self.numbers(c.batch * g.image, seed: 1)
    let weight = Self.numbers(g.patch * c.outputs, seed: 2)
    let bias = Self.numbers(c.outputs, seed: 3)
    let gradient = Self.numbers(c.batch * g.positions * c.outputs, seed: 4)
    for kernels in allKernels {
      let sizes = [
        kernels.convolutionScratch(g, outputChannels: c.outputs), kernels.winogradScratch(tiles),
      ]
      var scratch = [Float](repeating: .nan, count: sizes.max()!)
      func check(
        _ what: String, _ count: Int, _ plain: (inout [Float]) -> Void,
        _ run: (inout [Float]) -> Void
      ) {
        var expected = [Float](repeating: .nan, count: count)
        var result = expected
        plain(&expected)
        run(&result)
        let worst = expected.indices.map { abs(expected[$0] - result[$0]) }.max()!
        // Sums of up to 1300 products of numbers up to 1, in single precision.
        #expect(worst < 1e-4, "\(kernels.name): \(what)")
      }
      var transformed = [Float](repeating: .nan, count: 16 * c.inputs * c.outputs)
      kernels.winogradWeights(
        weight, inputChannels: c.inputs, outputChannels: c.outputs, into: &transformed)
      check("output", gradient.count) {
        kernels.convolve(
          input, g, batch: c.batch, weight: weight, bias: bias, outputChannels: c.outputs,
          scratch: &scratch, into: &$0)
      } _: {
        kernels.winogradConvolve(
          input, tiles, batch: c.batch, weights: transformed, bias: bias, scratch: &scratch,
          into: &$0)
      }
      check("weight gradient", weight.count) {
        kernels.convolutionWeightGradient(
          gradient, input: input, g, batch: c.batch, outputChannels: c.outputs,
          scratch: &scratch, into: &$0)
      } _: {
        kernels.winogradWeightGradient(
          gradient, input: input, tiles, batch: c.batch, scratch: &scratch, into: &$0)
      }
      var transposed = weight
      for tap in 0..<9 {
        for i in 0..<c.inputs {
          for j in 0..<c.outputs {
            transposed[(tap * c.outputs + j) * c.inputs + i] =
              weight[(tap * c.inputs + i) * c.outputs + j]
          }
        }
      }
      kernels.winogradWeights(
        transposed, inputChannels: c.outputs, outputChannels: c.inputs, into: &transformed)
      check("input gradient", input.count) {
        kernels.convolutionInputGradient(
          gradient, weight: weight, g, batch: c.batch, outputChannels: c.outputs,
          scratch: &scratch, into: &$0)
      } _: {
        kernels.winogradInputGradient(
          gradient, transposedWeights: transformed, tiles, batch: c.batch, scratch: &scratch,
          into: &$0)
      }
    }
  }
}
