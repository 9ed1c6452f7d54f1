public import Tensors

/// The rectified linear unit: `output = max(input, 0)`, element by element.
public struct ReLU: Layer {
  /// A ReLU has no parameters.
  public init() {}

  /// Any shape stays as it is.
  public func outputShape(for input: Shape) -> Shape { input }

  /// The rectified values in new memory; what is no number becomes 0.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    input.rectified(into: &output)
    return output
  }

  /// Both results, nothing else.
  public typealias Scratch = ResultScratch

  /// The same as inference; the scratch keeps the output, whose signs `backward` looks at.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor {
    input.rectified(into: &scratch.output)
    return scratch.output
  }

  /// dInput = dY where output > 0, else 0.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    guard scratch.needsInputGradient else { return Tensor() }
    scratch.output.rectifiedGradient(outputGradient, into: &scratch.inputGradient)
    return scratch.inputGradient
  }
}
