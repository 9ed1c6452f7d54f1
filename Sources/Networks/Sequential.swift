public import Tensors

/// Layers one after the other. Some of them run together; see Fusions/Fusion.swift.
public struct Sequential: Layer {
  /// The layers as they run: one by one, or several as one.
  private(set) var steps: [any Layer]
  // Made once, since every training step visits the parameters.
  private let parameterNames: [String]
  private let statisticsNames: [String]

  /// - Parameter layers: in the order in which they run; each takes the output of the one before.
  public init(_ layers: [any Layer]) {
    steps = fused(layers, by: trainingFusions)
    parameterNames = Self.names(in: layers) { $0.visitParameters($1) }
    statisticsNames = Self.names(in: layers) { $0.visitStatistics($1) }
  }

  /// "layers.0.weight" and so on, layer by layer.
  private static func names(
    in layers: [any Layer], _ visit: (inout any Layer, (String, inout Tensor) -> Void) -> Void
  ) -> [String] {
    var names: [String] = []
    for (index, layer) in layers.enumerated() {
      var layer = layer
      visit(&layer) { name, _ in names.append("layers.\(index).\(name)") }
    }
    return names
  }

  /// The layers in their order, whether or not they run together.
  public var layers: [any Layer] { unfused(steps) }

  /// The input's shape, led through all steps.
  ///
  /// - Throws: the `ShapeError` of the first step that cannot take the output of the one before.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    var shape = input
    for step in steps { shape = try step.outputShape(for: shape) }
    return shape
  }

  /// Prepares the layers for this one call; for many calls take `prepared()`.
  public func callAsFunction(_ input: Tensor) -> Tensor { Predictor(self)(input) }

  /// A `Predictor` of the layers as they are now. Batch normalization behind a convolution or a
  /// dense layer is folded into its weights.
  public func prepared() -> Inference {
    let predictor = Predictor(self)
    return { predictor($0) }
  }

  /// The memory of a pass through all steps.
  public struct Scratch: LayerScratch {
    /// Holds for the first step alone: all others need the gradient for the step before them.
    public var needsInputGradient = true
    /// Of each step.
    fileprivate var steps: [Workspace] = []
    /// The result of each step in `forward`: the input of the next.
    fileprivate var outputs: [Tensor] = []

    /// No workspaces yet: the first `forward` makes one for each step.
    public init() {}

    /// Step by step from the first: the gradients by its parameters.
    public func visitGradients(_ visit: (Tensor) -> Void) {
      for step in steps { step.visitGradients(visit) }
    }
  }

  /// The steps in their order, each on the output of the one before; the scratch keeps all outputs.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor {
    while scratch.steps.count < steps.count { scratch.steps.append(Workspace()) }
    scratch.outputs.removeAll(keepingCapacity: true)
    var value = input
    for index in steps.indices {
      scratch.steps[index].needsInputGradient = index > 0 || scratch.needsInputGradient
      value = steps[index].forward(value, in: &scratch.steps[index], using: &generator)
      scratch.outputs.append(value)
    }
    return value
  }

  /// The chain rule: every step's input gradient is the output gradient of the one before.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    var gradient = outputGradient
    for index in steps.indices.reversed() {
      let stepInput = index == 0 ? input : scratch.outputs[index - 1]
      gradient = steps[index].backward(gradient, input: stepInput, in: &scratch.steps[index])
    }
    scratch.outputs.removeAll(keepingCapacity: true)
    return scratch.needsInputGradient ? gradient : Tensor()
  }

  /// Layer by layer, `layers.0.weight`, `layers.0.bias` and so on. Numbers count all layers, even
  /// those without parameters or fused with others, so that names do not depend on fusions.
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    var names = parameterNames.makeIterator()
    for index in steps.indices {
      try steps[index].visitParameters { (_, value) throws(Failure) in
        try visit(names.next()!, &value)
      }
    }
  }

  /// Layer by layer, `layers.2.runningMean`, `layers.2.runningVariance` and so on, counted as for
  /// `visitParameters`.
  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    var names = statisticsNames.makeIterator()
    for index in steps.indices {
      try steps[index].visitStatistics { (_, value) throws(Failure) in
        try visit(names.next()!, &value)
      }
    }
  }

  /// Every step takes in its own part of the scratch.
  ///
  /// - Precondition: a `forward` with this scratch before.
  public mutating func updateStatistics(from scratch: Scratch, share: Float) {
    for index in steps.indices {
      steps[index].updateStatistics(from: scratch.steps[index], share: share)
    }
  }
}
