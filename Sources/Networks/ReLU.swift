public import Tensors

/// The rectified linear unit: `output = max(input, 0)`, element by element.
public struct ReLU: Layer {
  public init() {}

  public func outputShape(for input: Shape) -> Shape { input }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    input.rectified(into: &output)
    return output
  }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using _: inout SplitMix64
  ) -> Tensor {
    input.rectified(into: &workspace.output)
    return workspace.output
  }

  /// dInput = dY where output > 0, else 0.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    workspace.output.rectifiedGradient(outputGradient, into: &workspace.inputGradient)
    return workspace.inputGradient
  }
}
