public import Tensors

/// Layers one after the other.
public struct Sequential: Layer {
  public private(set) var layers: [any Layer]
  /// How the layers are run; see Fusion.swift.
  let steps: [Step]
  // Made once, since every training step visits the parameters.
  private let parameterNames: [[String]]
  private let statisticsNames: [[String]]

  public init(_ layers: [any Layer]) {
    self.layers = layers
    steps = Self.steps(for: layers)
    parameterNames = Self.names(in: layers) { $0.visitParameters($1) }
    statisticsNames = Self.names(in: layers) { $0.visitStatistics($1) }
  }

  /// "layers.0.weight" and so on for each layer.
  private static func names(
    in layers: [any Layer], _ visit: (inout any Layer, (String, inout Tensor) -> Void) -> Void
  ) -> [[String]] {
    layers.enumerated().map { index, layer in
      var (layer, names) = (layer, [String]())
      visit(&layer) { name, _ in names.append("layers.\(index).\(name)") }
      return names
    }
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    var shape = input
    for layer in layers { shape = try layer.outputShape(for: shape) }
    return shape
  }

  public func callAsFunction(_ input: Tensor) -> Tensor { Predictor(self)(input) }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using generator: inout SplitMix64
  ) -> Tensor {
    while workspace.inner.count < layers.count { workspace.inner.append(Workspace()) }
    workspace.outputs.removeAll(keepingCapacity: true)
    var value = input
    for (position, step) in steps.enumerated() {
      let needsInputGradient = position > 0 || workspace.needsInputGradient
      switch step {
      case .layer(let index):
        workspace.inner[index].needsInputGradient = needsInputGradient
        value = layers[index].forward(value, in: &workspace.inner[index], using: &generator)
      case .pooledConvolution(let step):
        workspace.inner[step.convolution].needsInputGradient = needsInputGradient
        value = forward(value, step, in: &workspace, using: &generator)
      case .pooledPair(let step, let next):
        workspace.inner[step.convolution].needsInputGradient = needsInputGradient
        workspace.inner[next.convolution].needsInputGradient = true
        value = forward(value, step, next, in: &workspace, using: &generator)
      case .rectifiedNormalization(let index):
        workspace.inner[index].needsInputGradient = needsInputGradient
        value = normalization(index).forward(value, relu: true, in: &workspace.inner[index])
      }
      workspace.outputs.append(value)
    }
    return value
  }

  /// The chain rule: every step's input gradient is the output gradient of the one before.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    var gradient = outputGradient
    for position in steps.indices.reversed() {
      let stepInput = position == 0 ? input : workspace.outputs[position - 1]
      switch steps[position] {
      case .layer(let index):
        gradient = layers[index].backward(
          gradient, input: stepInput, in: &workspace.inner[index])
      case .pooledConvolution(let step):
        gradient = backward(gradient, step, input: stepInput, in: &workspace)
      case .pooledPair(let step, let next):
        gradient = backward(gradient, step, next, input: stepInput, in: &workspace)
      case .rectifiedNormalization(let index):
        gradient = normalization(index).backward(
          gradient, input: stepInput, relu: true, in: &workspace.inner[index])
      }
    }
    workspace.outputs.removeAll(keepingCapacity: true)
    return gradient
  }

  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in layers.indices {
      var names = parameterNames[index].makeIterator()
      try layers[index].visitParameters { (_, value) throws(Failure) in
        try visit(names.next()!, &value)
      }
    }
  }

  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in layers.indices {
      var names = statisticsNames[index].makeIterator()
      try layers[index].visitStatistics { (_, value) throws(Failure) in
        try visit(names.next()!, &value)
      }
    }
  }

  public mutating func updateStatistics(from workspace: Workspace, share: Float) {
    for index in layers.indices {
      layers[index].updateStatistics(from: workspace.inner[index], share: share)
    }
  }
}
