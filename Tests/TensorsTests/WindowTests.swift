import Tensors
import TestSupport
import Testing

@Suite struct WindowTests {
  private struct Geometry: Sendable, CustomTestStringConvertible {
    var side: Int, stride: Int, padding: Int
    var window: Window { Window(side: side, stride: stride, padding: padding) }
    var testDescription: String { "side \(side), stride \(stride), padding \(padding)" }
  }

  private static let geometries = (1...5).flatMap { side in
    (1...3).flatMap { stride in
      (0..<side).map { Geometry(side: side, stride: stride, padding: $0) }
    }
  }

  /// Zeros around each image, and the image itself where it was.
  @Test func framesLeaveTheImageAsItIs() {
    let image = Tensor((1...12).map { Float($0) }, shape: Shape(2, 1, 3, 2))
    var framed = Tensor()
    image.framed(by: 1, into: &framed)
    #expect(framed.shape == Shape(2, 3, 5, 2))
    for n in 0..<2 {
      for row in 0..<3 {
        for column in 0..<5 {
          for channel in 0..<2 {
            let isInside = row == 1 && (1...3).contains(column)
            #expect(
              framed[n, row, column, channel] == (isInside ? image[n, 0, column - 1, channel] : 0))
          }
        }
      }
    }
  }

  /// ⟨convolve(x), y⟩ = ⟨x, inputGradient(y)⟩ = ⟨w, weightGradient(y)⟩: holds for every geometry, or
  /// convolution gradients are wrong.
  @Test(arguments: geometries)
  private func gradientsAreTheAdjoints(geometry: Geometry) {
    var generator = SplitMix64(seed: 6)
    let window = geometry.window
    let image = Tensor(normal: 1, shape: Shape(4, 5, 7, 3), using: &generator)
    let weight = Tensor(
      normal: 1, shape: Shape(window.side, window.side, 3, 2), using: &generator)
    let (rows, columns) = (window.outputs(along: 5), window.outputs(along: 7))
    let y = Tensor(normal: 1, shape: Shape(4, rows, columns, 2), using: &generator)
    var (framed, output) = (Tensor(), Tensor())
    var (weightGradient, inputGradient) = (Tensor(), Tensor())
    image.framed(by: window.padding, into: &framed)
    framed.convolve(window, weight: weight, bias: Tensor(zeros: Shape(2)), into: &output)
    framed.convolutionWeightGradient(window, y, into: &weightGradient)
    y.convolutionInputGradient(window, weight: weight, input: image.shape, into: &inputGradient)
    // A few thousand products in single precision: 1e-3 is far above, a lost row far below.
    #expect(abs(output.dot(y) - image.dot(inputGradient)) < 1e-3)
    #expect(abs(output.dot(y) - weight.dot(weightGradient)) < 1e-3)
  }

  /// The plain version of pooling, and of its gradient by the rule "the first of the largest".
  private func pooled(
    _ image: Tensor, _ window: Window, gradient: Tensor
  ) -> (output: Tensor, inputGradient: Tensor) {
    let shape = image.shape
    var output = Tensor(zeros: gradient.shape)
    var inputGradient = Tensor(zeros: shape)
    for n in 0..<shape[0] {
      for row in 0..<gradient.shape[1] {
        for column in 0..<gradient.shape[2] {
          for c in 0..<shape[3] {
            var best = (row * window.stride, column * window.stride)
            for i in 0..<window.side {
              for j in 0..<window.side {
                let place = (row * window.stride + i, column * window.stride + j)
                if image[n, place.0, place.1, c] > image[n, best.0, best.1, c] { best = place }
              }
            }
            output[n, row, column, c] = image[n, best.0, best.1, c]
            inputGradient[n, best.0, best.1, c] += gradient[n, row, column, c]
          }
        }
      }
    }
    return (output, inputGradient)
  }

  @Test(arguments: [(1, 1), (2, 2), (3, 2), (3, 1), (2, 3), (5, 2)], [false, true])
  func maxPoolAgreesWithThePlainVersion(window: (Int, Int), hasTies: Bool) {
    var generator = SplitMix64(seed: 7)
    let window = Window(side: window.0, stride: window.1)
    var image = Tensor(normal: 1, shape: Shape(2, 7, 9, 5), using: &generator)
    if hasTies { for i in 0..<image.count { image[i] = image[i].rounded() } }
    var output = Tensor()
    image.maxPooled(window, into: &output)
    let gradient = Tensor(normal: 1, shape: output.shape, using: &generator)
    var inputGradient = Tensor()
    image.maxPoolGradient(gradient, output: output, window, into: &inputGradient)

    let expected = pooled(image, window, gradient: gradient)
    #expect(output == expected.output)
    // The same additions in the same order: no difference at all.
    #expect(inputGradient == expected.inputGradient)
  }

  @Test func windowsThatDoNotFitGiveNothing() {
    #expect(Window(side: 5).outputs(along: 4) == 0)
    #expect(Window(side: 5, padding: 1).outputs(along: 3) == 1)
    #expect(Window(side: 2, stride: 3).outputs(along: 7) == 2)
  }
}
