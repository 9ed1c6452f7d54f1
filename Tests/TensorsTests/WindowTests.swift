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

  /// The plain version: each output pixel's window, one value after the other.
  private func unfolded(_ image: Tensor, _ window: Window) -> Tensor {
    let (batch, rows, columns, channels) = (
      image.shape[0], image.shape[1], image.shape[2], image.shape[3]
    )
    var values: [Float] = []
    for n in 0..<batch {
      for outputRow in 0..<window.outputs(along: rows) {
        for outputColumn in 0..<window.outputs(along: columns) {
          for i in 0..<window.side {
            for j in 0..<window.side {
              let row = outputRow * window.stride + i - window.padding
              let column = outputColumn * window.stride + j - window.padding
              let isInside = (0..<rows).contains(row) && (0..<columns).contains(column)
              for c in 0..<channels { values.append(isInside ? image[n, row, column, c] : 0) }
            }
          }
        }
      }
    }
    let patch = window.side * window.side * channels
    return Tensor(values, shape: Shape(values.count / patch, patch))
  }

  @Test(arguments: geometries)
  private func unfoldAgreesWithThePlainVersion(geometry: Geometry) {
    var generator = SplitMix64(seed: 5)
    let image = Tensor(normal: 1, shape: Shape(4, 5, 7, 3), using: &generator)
    var patches = Tensor()
    image.unfold(geometry.window, images: 0..<4, into: &patches)
    let expected = unfolded(image, geometry.window)
    #expect(patches == expected)
    // Some of the images are the same rows.
    var some = Tensor()
    image.unfold(geometry.window, images: 1..<3, into: &some)
    #expect(some.values == Array(expected.values[expected.count / 4..<expected.count / 4 * 3]))
  }

  /// ⟨unfold(x), y⟩ = ⟨x, fold(y)⟩: holds for every geometry, or convolution gradients are wrong.
  @Test(arguments: geometries)
  private func foldIsTheAdjointOfUnfold(geometry: Geometry) {
    var generator = SplitMix64(seed: 6)
    let image = Tensor(normal: 1, shape: Shape(4, 5, 7, 3), using: &generator)
    var patches = Tensor()
    image.unfold(geometry.window, images: 1..<3, into: &patches)
    let matrix = Tensor(normal: 1, shape: patches.shape, using: &generator)
    var folded = Tensor(zeros: image.shape)
    folded.fold(matrix, geometry.window, images: 1..<3)
    // Up to 25 rounded additions for a pixel, 3000 products: 1e-3 is far above, a lost row far below.
    #expect(abs(patches.dot(matrix) - image.dot(folded)) < 1e-3)
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
