public import Tensors

/// The memory of one layer for one micro-batch: what `forward` keeps for `backward`, and the results
/// of both.
///
/// Each layer declares its own, with a name for everything it keeps. It is used again step after step:
/// its tensors keep their memory, so that a training step in the steady state allocates nothing.
public protocol LayerScratch: Sendable {
  /// Empty tensors; `needsInputGradient` is true.
  init()

  /// Whether `backward` shall find the gradient by the input; the first layer of a network can do
  /// without. To be set before `forward`.
  var needsInputGradient: Bool { get set }

  /// Shows the gradient of every parameter, in the order of `visitParameters`.
  func visitGradients(_ visit: (Tensor) -> Void)
}

extension LayerScratch {
  /// Shows nothing: for layers without parameters.
  public func visitGradients(_ visit: (Tensor) -> Void) {}
}

/// The scratch of a layer that keeps no more than its results.
public struct ResultScratch: LayerScratch {
  /// When false, `backward` answers with an empty tensor.
  public var needsInputGradient = true
  /// The result of `forward`.
  var output = Tensor()
  /// The result of `backward`.
  var inputGradient = Tensor()

  /// Empty tensors, which the first pass makes as large as it needs them.
  public init() {}
}

/// The scratch of a layer with a weight and a bias.
public struct WeightedScratch: LayerScratch {
  /// When false, `backward` finds only the gradients by weight and bias.
  public var needsInputGradient = true
  /// The result of `forward`.
  var output = Tensor()
  /// The result of `backward`.
  var inputGradient = Tensor()
  /// The gradients by the weight and by the bias, each of its parameter's shape.
  var weightGradient = Tensor()
  var biasGradient = Tensor()

  /// Empty tensors, which the first pass makes as large as it needs them.
  public init() {}

  /// The gradient by the weight, then the one by the bias.
  public func visitGradients(_ visit: (Tensor) -> Void) {
    visit(weightGradient)
    visit(biasGradient)
  }
}
