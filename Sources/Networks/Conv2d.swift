public import Tensors

/// A 2-D convolution (cross-correlation, as in PyTorch): `output[position] = x[window] · weight + bias`.
///
/// From `[batch, rows, columns, inputChannels]` to `[batch, rows′, columns′, outputChannels]`.
public struct Conv2d: Layer {
  /// `[kernelRows, kernelColumns, inputChannels, outputChannels]`
  public private(set) var weight: Tensor
  /// `[outputChannels]`
  public private(set) var bias: Tensor
  public let window: Window

  /// Weight and bias uniform in ±1/√fanIn with fanIn = side² · inputChannels, as in PyTorch.
  public init(
    inputChannels: Int, outputChannels: Int, window: Window, using generator: inout SplitMix64
  ) {
    let side = window.side
    let bound = 1 / Float(side * side * inputChannels).squareRoot()
    let shape = Shape(side, side, inputChannels, outputChannels)
    weight = Tensor(uniform: bound, shape: shape, using: &generator)
    bias = Tensor(uniform: bound, shape: Shape(outputChannels), using: &generator)
    self.window = window
  }

  /// - Parameter weight: `[side, side, inputChannels, outputChannels]`.
  /// - Parameter bias: `[outputChannels]`.
  public init(weight: Tensor, bias: Tensor, window: Window) {
    precondition(
      weight.shape == Shape(window.side, window.side, weight.shape[2], bias.count),
      "weight \(weight.shape) and bias \(bias.shape) for \(window)")
    self.weight = weight
    self.bias = bias
    self.window = window
  }

  public var inputChannels: Int { weight.shape[2] }
  public var outputChannels: Int { weight.shape[3] }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 4, input[3] == inputChannels else {
      throw ShapeError("conv2d takes [batch, rows, columns, \(inputChannels)], not \(input)")
    }
    let rows = window.outputs(along: input[1])
    let columns = window.outputs(along: input[2])
    guard rows > 0, columns > 0 else {
      throw ShapeError(
        "a kernel of side \(window.side) with padding \(window.padding) does not fit into \(input)")
    }
    return Shape(input[0], rows, columns, outputChannels)
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    var (output, room) = (Tensor(), Tensor())
    framed(input, room: &room).convolve(window, weight: weight, bias: bias, into: &output)
    return output
  }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using _: inout SplitMix64
  ) -> Tensor {
    workspace.prepare(parameters: 2, kept: 1)
    framed(input, room: &workspace.kept[0])
      .convolve(window, weight: weight, bias: bias, into: &workspace.output)
    return workspace.output
  }

  /// The input as the windows see it: with its padding.
  private func framed(_ input: Tensor, room: inout Tensor) -> Tensor {
    _ = checkedShape(after: self, input.shape)
    if window.padding == 0 { return input }
    input.framed(by: window.padding, into: &room)
    return room
  }

  /// With dY the output gradient and x[window] what lies under the window at a position:
  ///
  ///     dW = Σ x[window]ᵀ · dY        db = Σ dY        dx[window] += dY · Wᵀ
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    outputGradient.sumOfRows(into: &workspace.parameterGradients[1])
    let framed = window.padding == 0 ? input : workspace.kept[0]
    framed.convolutionWeightGradient(
      window, outputGradient, into: &workspace.parameterGradients[0])
    guard workspace.needsInputGradient else { return Tensor() }
    outputGradient.convolutionInputGradient(
      window, weight: weight, input: input.shape, into: &workspace.inputGradient)
    return workspace.inputGradient
  }

  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("weight", &weight)
    try visit("bias", &bias)
  }
}
