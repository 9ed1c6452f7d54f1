public import Tensors

/// All axes but the batch become one: from `[batch, rows, columns, channels]` to
/// `[batch, rows · columns · channels]`, in that order. Copies nothing.
public struct Flatten: Layer {
  public init() {}

  public func outputShape(for input: Shape) -> Shape {
    Shape(input[0], input[0] == 0 ? input.with(batch: 1).count : input.count / input[0])
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.reshaped(to: outputShape(for: input.shape))
  }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using _: inout SplitMix64
  ) -> Tensor { self(input) }

  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor { outputGradient.reshaped(to: input.shape) }
}
