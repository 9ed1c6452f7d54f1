public import Tensors

/// In training, sets each value to 0 with probability `rate` and multiplies the others by
/// 1 / (1 − rate), so that the mean stays; in inference, changes nothing.
///
/// - Source: N. Srivastava et al., "Dropout", JMLR 15 (2014), in its inverted form.
public struct Dropout: Layer {
  public let rate: Float

  /// - Parameter rate: in 0..<1.
  public init(rate: Float) {
    precondition(rate >= 0 && rate < 1, "dropout rate \(rate)")
    self.rate = rate
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public func callAsFunction(_ input: Tensor) -> Tensor { input }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using generator: inout SplitMix64
  ) -> Tensor {
    workspace.prepare(kept: 1)
    workspace.kept[0].resize(to: input.shape)
    workspace.kept[0].withMutableValues { factors in
      for i in factors.indices { factors[i] = generator.uniform() < rate ? 0 : 1 / (1 - rate) }
    }
    input.multiplied(by: workspace.kept[0], into: &workspace.output)
    return workspace.output
  }

  /// dInput = dY · the factors that `forward` drew.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    outputGradient.multiplied(by: workspace.kept[0], into: &workspace.inputGradient)
    return workspace.inputGradient
  }
}
