public import Tensors

/// All axes but the batch become one: from `[batch, rows, columns, channels]` to
/// `[batch, rows · columns · channels]`, in that order. Copies nothing.
public struct Flatten: Layer {
  /// Flattening has no parameters.
  public init() {}

  /// `[batch, …]` to `[batch, product of the other extents]`, of any rank; a batch of 0 keeps that
  /// product.
  public func outputShape(for input: Shape) -> Shape {
    Shape(input[0], input[0] == 0 ? input.with(batch: 1).count : input.count / input[0])
  }

  /// The same values in the same memory under the new shape.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.reshaped(to: outputShape(for: input.shape))
  }

  /// Nothing: results are the arguments under another shape.
  public struct Scratch: LayerScratch {
    /// Whether `backward` answers with dY under the input's shape, or with an empty tensor.
    public var needsInputGradient = true

    /// No tensors: a pass through this layer stores nothing.
    public init() {}
  }

  /// The same as inference; the result shares its memory with the input.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor { self(input) }

  /// dInput = dY under the shape of the input, in the memory of dY.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    scratch.needsInputGradient ? outputGradient.reshaped(to: input.shape) : Tensor()
  }
}
