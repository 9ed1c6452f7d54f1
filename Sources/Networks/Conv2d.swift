public import Tensors

/// A 2-D convolution (cross-correlation, as in PyTorch): `output = unfold(input) · weight + bias`.
///
/// From `[batch, rows, columns, inputChannels]` to `[batch, rows′, columns′, outputChannels]`.
public struct Conv2d: Layer {
  /// `[kernelRows, kernelColumns, inputChannels, outputChannels]`
  public private(set) var weight: Tensor
  /// `[outputChannels]`
  public private(set) var bias: Tensor
  public let window: Window

  /// How many values the unfolded windows of a group of images may take: 256 KiB, half of a usual
  /// second-level cache.
  private static let groupValues = 1 << 16

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
    var output = Tensor()
    var patches = Tensor()
    convolve(input, into: &output, patches: &patches)
    return output
  }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using _: inout SplitMix64
  ) -> Tensor {
    workspace.prepare(parameters: 2, kept: 2)
    convolve(input, into: &workspace.output, patches: &workspace.kept[0])
    return workspace.output
  }

  private func convolve(_ input: Tensor, into output: inout Tensor, patches: inout Tensor) {
    output.resize(to: checkedShape(after: self, input.shape))
    for images in groups(of: output.shape) {
      input.unfold(window, images: images, into: &patches)
      multiply(
        patches.matrix, weight.matrix, .replace, &output, rows: rows(of: images, in: output.shape))
    }
    output.addToRows(bias)
  }

  /// With P = unfold(input) and dY the output gradient as `[positions, outputChannels]`:
  ///
  ///     dW = Pᵀ · dY        db = Σ rows of dY        dInput = fold(dY · Wᵀ)
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    outputGradient.sumOfRows(into: &workspace.parameterGradients[1])
    workspace.parameterGradients[0].resize(to: weight.shape)
    workspace.parameterGradients[0].fill(with: 0)
    if workspace.needsInputGradient {
      workspace.inputGradient.resize(to: input.shape)
      workspace.inputGradient.fill(with: 0)
    }
    for images in groups(of: outputGradient.shape) {
      // Unfolded again, not kept from `forward`: the windows take side² times the input's memory.
      input.unfold(window, images: images, into: &workspace.kept[0])
      let dY = outputGradient.matrix(rows: rows(of: images, in: outputGradient.shape))
      multiply(
        workspace.kept[0].transposed, dY, .add, &workspace.parameterGradients[0])
      if workspace.needsInputGradient {
        workspace.kept[1].resize(to: workspace.kept[0].shape)
        multiply(dY, weight.transposed, .replace, &workspace.kept[1])
        workspace.inputGradient.fold(workspace.kept[1], window, images: images)
      }
    }
    return workspace.needsInputGradient ? workspace.inputGradient : Tensor()
  }

  /// The images a group at a time: as many as have their unfolded windows in cache.
  private func groups(of output: Shape) -> some Sequence<Range<Int>> {
    let patchValues = output[1] * output[2] * weight.matrixRows
    let size = max(1, Self.groupValues / max(1, patchValues))
    return stride(from: 0, to: output[0], by: size).lazy.map { [batch = output[0]] start in
      start..<Swift.min(start + size, batch)
    }
  }

  /// Where some images of a batch lie in the batch seen as a matrix of positions.
  private func rows(of images: Range<Int>, in shape: Shape) -> Range<Int> {
    let positions = shape[1] * shape[2]
    return images.lowerBound * positions..<images.upperBound * positions
  }

  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try visit("weight", &weight)
    try visit("bias", &bias)
  }
}
