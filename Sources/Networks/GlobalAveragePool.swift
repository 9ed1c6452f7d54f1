public import Tensors

/// The mean over rows and columns: from `[batch, rows, columns, channels]` to `[batch, channels]`.
public struct GlobalAveragePool: Layer {
  /// The mean has no parameters.
  public init() {}

  /// `[batch, rows, columns, channels]` to `[batch, channels]`.
  ///
  /// - Throws: `ShapeError` for another rank, and for images without a pixel, which have no mean.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 4, input[1] > 0, input[2] > 0 else {
      throw ShapeError("globalAveragePool takes [batch, rows, columns, channels], not \(input)")
    }
    return Shape(input[0], input[3])
  }

  /// output[c] = Σ input[row, column, c] / (rows · columns), in new memory.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    average(input, into: &output)
    return output
  }

  /// Both results, nothing else.
  public typealias Scratch = ResultScratch

  /// The same as inference; `backward` needs no more than the shape of the input.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor {
    average(input, into: &scratch.output)
    return scratch.output
  }

  private func average(_ input: Tensor, into output: inout Tensor) {
    output.resize(to: checkedShape(after: self, input.shape))
    output.fill(with: 0)
    let (batch, pixels, channels) = (
      input.shape[0], input.shape[1] * input.shape[2], input.shape[3]
    )
    input.withValues { x in
      output.withMutableValues { y in
        for image in 0..<batch {
          for pixel in 0..<pixels {
            for c in 0..<channels {
              y[image * channels + c] += x[(image * pixels + pixel) * channels + c]
            }
          }
        }
      }
    }
    output.scale(by: 1 / Float(pixels))
  }

  /// dInput = dY / (rows · columns) at every pixel.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    guard scratch.needsInputGradient else { return Tensor() }
    scratch.inputGradient.resize(to: input.shape)
    let (batch, pixels, channels) = (
      input.shape[0], input.shape[1] * input.shape[2], input.shape[3]
    )
    let share = 1 / Float(pixels)
    outputGradient.withValues { dY in
      scratch.inputGradient.withMutableValues { dX in
        for image in 0..<batch {
          for pixel in 0..<pixels {
            for c in 0..<channels {
              dX[(image * pixels + pixel) * channels + c] = share * dY[image * channels + c]
            }
          }
        }
      }
    }
    return scratch.inputGradient
  }
}
