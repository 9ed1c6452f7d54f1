public import Tensors

/// All axes but the batch become one: from `[batch, rows, columns, channels]` to
/// `[batch, rows · columns · channels]`, in that order. Copies nothing.
public struct Flatten: Layer {
  /// Flattening has no parameters.
  public init() {}

  public func outputShape(for input: Shape) -> Shape {
    Shape(input[0], input[0] == 0 ? input.with(batch: 1).count : input.count / input[0])
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.reshaped(to: outputShape(for: input.shape))
  }

  /// Nothing: results are the arguments under another shape.
  public struct Scratch: LayerScratch {
    public var needsInputGradient = true

    public init() {}
  }

  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor { self(input) }

  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    scratch.needsInputGradient ? outputGradient.reshaped(to: input.shape) : Tensor()
  }
}
