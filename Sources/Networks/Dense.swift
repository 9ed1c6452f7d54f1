public import Tensors

/// Every output is a weighted sum of all inputs: `output = input · weight + bias`.
///
/// From `[batch, inputs]` to `[batch, outputs]`.
public struct Dense: Layer {
  /// `[inputs, outputs]`
  public private(set) var weight: Tensor
  /// `[outputs]`
  public private(set) var bias: Tensor

  /// Weight and bias uniform in ±1/√inputs, as in PyTorch.
  public init(inputs: Int, outputs: Int, using generator: inout SplitMix64) {
    let bound = 1 / Float(inputs).squareRoot()
    weight = Tensor(uniform: bound, shape: Shape(inputs, outputs), using: &generator)
    bias = Tensor(uniform: bound, shape: Shape(outputs), using: &generator)
  }

  /// - Parameter weight: `[inputs, outputs]`.
  /// - Parameter bias: `[outputs]`.
  public init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape == Shape(weight.shape[0], bias.count), "\(weight.shape), bias \(bias.shape)")
    self.weight = weight
    self.bias = bias
  }

  /// `[batch, inputs]` to `[batch, outputs]`.
  ///
  /// - Throws: `ShapeError` when the input is no matrix of as many columns as the weight has rows.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 2, input[1] == weight.shape[0] else {
      throw ShapeError("dense takes [batch, \(weight.shape[0])], not \(input)")
    }
    return Shape(input[0], bias.count)
  }

  /// One matrix product for the whole batch, into new memory.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    apply(to: input, into: &output)
    return output
  }

  /// Both results and the gradients of weight and bias.
  public typealias Scratch = WeightedScratch

  /// The same as inference, into the scratch; `backward` needs no more than the input itself.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor {
    apply(to: input, into: &scratch.output)
    return scratch.output
  }

  private func apply(to input: Tensor, into output: inout Tensor) {
    output.resize(to: checkedShape(after: self, input.shape))
    multiply(input.matrix, weight.matrix, .replace, &output)
    output.addToRows(bias)
  }

  /// dW = inputᵀ · dY,  db = Σ rows of dY,  dInput = dY · Wᵀ.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    scratch.weightGradient.resize(to: weight.shape)
    multiply(input.transposed, outputGradient.matrix, .replace, &scratch.weightGradient)
    outputGradient.sumOfRows(into: &scratch.biasGradient)
    guard scratch.needsInputGradient else { return Tensor() }
    scratch.inputGradient.resize(to: input.shape)
    multiply(outputGradient.matrix, weight.transposed, .replace, &scratch.inputGradient)
    return scratch.inputGradient
  }

  /// `weight` `[inputs, outputs]`, then `bias` `[outputs]`.
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("weight", &weight)
    try visit("bias", &bias)
  }
}
