public import Tensors

/// A 2-D convolution (cross-correlation, as in PyTorch): `output[position] = x[window] · weight + bias`.
///
/// From `[batch, rows, columns, inputChannels]` to `[batch, rows′, columns′, outputChannels]`.
///
/// Within a `Sequential`, a 3x3 convolution of stride 1 with a 2x2 max-pooling behind it (and perhaps a
/// ReLU in front of or behind the pooling) does not run here: Fusions/PooledConv2d.swift runs these
/// layers as one operation, Tensors/PooledConvolution.swift. A batch normalization right behind a
/// convolution is part of its weights in inference: Fusions/FoldedBatchNorm2d.swift.
public struct Conv2d: Layer {
  /// `[kernelRows, kernelColumns, inputChannels, outputChannels]`
  public private(set) var weight: Tensor
  /// `[outputChannels]`
  public private(set) var bias: Tensor
  /// Side, stride and padding of the kernel, in pixels.
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

  /// The extent of the input's last axis.
  public var inputChannels: Int { weight.shape[2] }
  /// The extent of the output's last axis.
  public var outputChannels: Int { weight.shape[3] }

  /// `[batch, rows, columns, inputChannels]` to `[batch, rows′, columns′, outputChannels]` with
  /// rows′ = ⌊(rows + 2 · padding − side) / stride⌋ + 1, columns′ alike.
  ///
  /// - Throws: `ShapeError` for another rank or number of channels, or a kernel that does not fit.
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

  /// The whole batch in one pass over new memory, the padding included.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var (output, frame) = (Tensor(), Tensor())
    framed(input, into: &frame).convolve(window, weight: weight, bias: bias, into: &output)
    return output
  }

  /// The memory of a training pass.
  public struct Scratch: LayerScratch {
    /// When false, `backward` finds dW and db only.
    public var needsInputGradient = true
    var output = Tensor()
    var inputGradient = Tensor()
    /// Of the weight's and of the bias's shape.
    var weightGradient = Tensor()
    var biasGradient = Tensor()
    /// The input with its padding, `[batch, rows + 2 · padding, columns + 2 · padding,
    /// inputChannels]`; empty where there is no padding.
    fileprivate var framedInput = Tensor()

    /// Empty tensors, which the first pass makes as large as it needs them.
    public init() {}

    /// dW `[side, side, inputChannels, outputChannels]`, then db `[outputChannels]`.
    public func visitGradients(_ visit: (Tensor) -> Void) {
      visit(weightGradient)
      visit(biasGradient)
    }
  }

  /// The same as inference; the scratch keeps the padded input, since dW is a sum over its windows.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor {
    framed(input, into: &scratch.framedInput)
      .convolve(window, weight: weight, bias: bias, into: &scratch.output)
    return scratch.output
  }

  /// The input as the windows see it: with its padding.
  private func framed(_ input: Tensor, into frame: inout Tensor) -> Tensor {
    _ = checkedShape(after: self, input.shape)
    if window.padding == 0 { return input }
    input.framed(by: window.padding, into: &frame)
    return frame
  }

  /// With dY the output gradient and x[window] what lies under the window at a position:
  ///
  ///     dW = Σ x[window]ᵀ · dY        db = Σ dY        dx[window] += dY · Wᵀ
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    outputGradient.sumOfRows(into: &scratch.biasGradient)
    let framed = window.padding == 0 ? input : scratch.framedInput
    framed.convolutionWeightGradient(window, outputGradient, into: &scratch.weightGradient)
    guard scratch.needsInputGradient else { return Tensor() }
    outputGradient.convolutionInputGradient(
      window, weight: weight, input: input.shape, into: &scratch.inputGradient)
    return scratch.inputGradient
  }

  /// `weight` `[side, side, inputChannels, outputChannels]`, then `bias` `[outputChannels]`.
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("weight", &weight)
    try visit("bias", &bias)
  }
}
