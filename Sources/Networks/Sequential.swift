public import Tensors

/// Layers one after the other.
public struct Sequential: Layer {
  public private(set) var layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    var shape = input
    for layer in layers { shape = try layer.outputShape(for: shape) }
    return shape
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    layers.reduce(input) { value, layer in layer(value) }
  }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using generator: inout SplitMix64
  ) -> Tensor {
    while workspace.inner.count < layers.count { workspace.inner.append(Workspace()) }
    workspace.outputs.removeAll(keepingCapacity: true)
    var value = input
    for index in layers.indices {
      value = layers[index].forward(value, in: &workspace.inner[index], using: &generator)
      workspace.outputs.append(value)
    }
    return value
  }

  /// The chain rule: every layer's input gradient is the output gradient of the one before.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    var gradient = outputGradient
    for index in layers.indices.reversed() {
      let layerInput = index == 0 ? input : workspace.outputs[index - 1]
      workspace.inner[index].needsInputGradient = index > 0 || workspace.needsInputGradient
      gradient = layers[index].backward(
        gradient, input: layerInput, in: &workspace.inner[index])
    }
    workspace.outputs.removeAll(keepingCapacity: true)
    return gradient
  }

  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in layers.indices {
      try layers[index].visitParameters { (name, value) throws(Failure) in
        try visit("layers.\(index).\(name)", &value)
      }
    }
  }

  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in layers.indices {
      try layers[index].visitStatistics { (name, value) throws(Failure) in
        try visit("layers.\(index).\(name)", &value)
      }
    }
  }

  public mutating func updateStatistics(from workspace: Workspace, share: Float) {
    for index in layers.indices {
      layers[index].updateStatistics(from: workspace.inner[index], share: share)
    }
  }
}
