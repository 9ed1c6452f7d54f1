public import Tensors

/// Every pixel as a square of equal ones: the way back to the size before pooling.
///
/// From `[batch, rows, columns, channels]` to `[batch, factor · rows, factor · columns, channels]`; as
/// `torch.nn.Upsample(mode="nearest")`.
public struct Upsample2d: Layer {
  /// The side of the square, in pixels.
  public let factor: Int

  /// - Precondition: the factor is at least 1.
  public init(factor: Int) {
    precondition(factor >= 1, "no factor: \(factor)")
    self.factor = factor
  }

  /// `[batch, rows, columns, channels]` to `[batch, factor · rows, factor · columns, channels]`.
  ///
  /// - Throws: `ShapeError` for another rank.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 4 else {
      throw ShapeError("upsample2d takes [batch, rows, columns, channels], not \(input)")
    }
    return Shape(input[0], factor * input[1], factor * input[2], input[3])
  }

  /// output[r, c] = input[⌊r / factor⌋, ⌊c / factor⌋], in new memory.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    enlarge(input, into: &output)
    return output
  }

  /// Both results, nothing else.
  public typealias Scratch = ResultScratch

  /// The same as inference; `backward` needs no more than the shape of the input.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor {
    enlarge(input, into: &scratch.output)
    return scratch.output
  }

  private func enlarge(_ input: Tensor, into output: inout Tensor) {
    output.resize(to: checkedShape(after: self, input.shape))
    let (columns, channels) = (input.shape[2], input.shape[3])
    let line = factor * columns * channels
    input.withValues { x in
      output.withMutableValues { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        for row in 0..<input.shape[0] * input.shape[1] {
          let first = y + row * factor * line
          for column in 0..<columns {
            for place in 0..<factor {
              (first + (column * factor + place) * channels).update(
                from: x + (row * columns + column) * channels, count: channels)
            }
          }
          for copy in 1..<max(1, factor) { (first + copy * line).update(from: first, count: line) }
        }
      }
    }
  }

  /// dInput is the sum of dY over each square.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    guard scratch.needsInputGradient else { return Tensor() }
    scratch.inputGradient.resize(to: input.shape)
    scratch.inputGradient.fill(with: 0)
    let (columns, channels) = (input.shape[2], input.shape[3])
    let line = factor * columns * channels
    outputGradient.withValues { dY in
      scratch.inputGradient.withMutableValues { dX in
        guard let dY = dY.baseAddress, let dX = dX.baseAddress else { return }
        for row in 0..<factor * input.shape[0] * input.shape[1] {
          for column in 0..<factor * columns {
            let from = dY + row * line + column * channels
            let to = dX + (row / factor * columns + column / factor) * channels
            for channel in 0..<channels { to[channel] += from[channel] }
          }
        }
      }
    }
    return scratch.inputGradient
  }
}
