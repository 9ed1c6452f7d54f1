public import Tensors

/// The largest value of every window, channel by channel.
///
/// From `[batch, rows, columns, channels]` to `[batch, rows′, columns′, channels]`; rows and columns
/// that no whole window covers are left out, as in PyTorch.
public struct MaxPool2d: Layer {
  /// The windows, without padding.
  public let window: Window

  /// - Parameter side: of a window, in pixels.
  /// - Parameter stride: how far a window moves, in pixels.
  public init(side: Int, stride: Int) { window = Window(side: side, stride: stride) }

  /// `[batch, rows, columns, channels]` to `[batch, rows′, columns′, channels]` with
  /// rows′ = ⌊(rows − side) / stride⌋ + 1, columns′ alike.
  ///
  /// - Throws: `ShapeError` for another rank, or when not one window fits.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 4 else {
      throw ShapeError("maxPool2d takes [batch, rows, columns, channels], not \(input)")
    }
    let rows = window.outputs(along: input[1])
    let columns = window.outputs(along: input[2])
    guard rows > 0, columns > 0 else {
      throw ShapeError("a pooling window of side \(window.side) does not fit into \(input)")
    }
    return Shape(input[0], rows, columns, input[3])
  }

  /// output[r, c] = max over i, j < side of input[r · stride + i, c · stride + j], in new memory.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    input.maxPooled(window, into: &output)
    return output
  }

  /// Both results, nothing else.
  public typealias Scratch = ResultScratch

  /// The same as inference; the scratch keeps the output, by which `backward` finds the winners.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor {
    input.maxPooled(window, into: &scratch.output)
    return scratch.output
  }

  /// Each output's gradient goes to the first input of its window that equals the output; where
  /// windows overlap, gradients add up.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    guard scratch.needsInputGradient else { return Tensor() }
    input.maxPoolGradient(
      outputGradient, output: scratch.output, window, into: &scratch.inputGradient)
    return scratch.inputGradient
  }
}
