import Tensors

// The one place where layers are run other than one by one. A network stays a list of ordinary
// layers, with ordinary parameters; a 3x3 convolution, the 2x2 max-pooling behind it and their ReLU
// run as one operation that leaves out what pooling would throw away. A batch normalization takes the
// ReLU behind it along, which saves a pass over the memory in each direction.

extension Sequential {
  enum Step: Sendable {
    /// A layer by itself.
    case layer(Int)
    case pooledConvolution(PooledStep)
    /// A batch normalization and the ReLU behind it.
    case rectifiedNormalization(Int)
  }

  /// Where a convolution, its ReLU and its pooling stand in the list of layers. They run one by one
  /// for an input whose shape does not allow more.
  ///
  /// A ReLU between convolution and pooling is taken as if it came behind both:
  /// max(relu(x)) = relu(max(x)), and there are only a quarter as many values left.
  struct PooledStep: Sendable {
    let convolution: Int
    let pooling: Int
    let relu: Int?
  }

  static func steps(for layers: [any Layer]) -> [Step] {
    func layer(_ index: Int) -> (any Layer)? { index < layers.count ? layers[index] : nil }
    var steps: [Step] = []
    var index = 0
    while index < layers.count {
      let step: PooledStep? =
        switch (layers[index], layer(index + 1), layer(index + 2)) {
        case (is Conv2d, is ReLU, is MaxPool2d):
          PooledStep(convolution: index, pooling: index + 2, relu: index + 1)
        case (is Conv2d, is MaxPool2d, is ReLU):
          PooledStep(convolution: index, pooling: index + 1, relu: index + 2)
        case (is Conv2d, is MaxPool2d, _):
          PooledStep(convolution: index, pooling: index + 1, relu: nil)
        default: nil
        }
      if let step {
        steps.append(.pooledConvolution(step))
        index += step.relu == nil ? 2 : 3
      } else if layers[index] is BatchNorm2d && layer(index + 1) is ReLU {
        steps.append(.rectifiedNormalization(index))
        index += 2
      } else {
        steps.append(.layer(index))
        index += 1
      }
    }
    return steps
  }

  func normalization(_ index: Int) -> BatchNorm2d {
    guard let layer = layers[index] as? BatchNorm2d else {
      preconditionFailure("layer \(index) is no batch normalization")
    }
    return layer
  }

  /// The convolution and the joint operation; nil when the kernels do not cover the shapes, or the
  /// gradient of a picture of one channel.
  func operation(
    _ step: PooledStep, on input: Shape, needsInputGradient: Bool
  ) -> (Conv2d, PooledConvolution)? {
    guard let conv = layers[step.convolution] as? Conv2d,
      let pool = layers[step.pooling] as? MaxPool2d,
      let operation = PooledConvolution(
        input: input, weight: conv.weight.shape, window: conv.window, pooling: pool.window,
        relu: step.relu != nil),
      !(needsInputGradient && conv.inputChannels == 1)
    else { return nil }
    return (conv, operation)
  }

  func forward(
    _ input: Tensor, _ step: PooledStep, in workspace: inout Workspace,
    using generator: inout SplitMix64
  ) -> Tensor {
    let needsInputGradient = workspace.inner[step.convolution].needsInputGradient
    guard
      let (conv, operation) = operation(
        step, on: input.shape, needsInputGradient: needsInputGradient)
    else {
      var value = input
      for index in [step.convolution, step.pooling, step.relu].compactMap(\.self) {
        value = layers[index].forward(value, in: &workspace.inner[index], using: &generator)
      }
      return value
    }
    return operation.forward(input, conv, in: &workspace.inner[step.convolution])
  }

  func backward(
    _ outputGradient: Tensor, _ step: PooledStep, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    let needsInputGradient = workspace.inner[step.convolution].needsInputGradient
    guard
      let (conv, operation) = operation(
        step, on: input.shape, needsInputGradient: needsInputGradient)
    else {
      var gradient = outputGradient
      if let relu = step.relu {
        let pooled = workspace.inner[step.pooling].output
        gradient = layers[relu].backward(gradient, input: pooled, in: &workspace.inner[relu])
      }
      let map = workspace.inner[step.convolution].output
      gradient = layers[step.pooling].backward(
        gradient, input: map, in: &workspace.inner[step.pooling])
      return layers[step.convolution].backward(
        gradient, input: input, in: &workspace.inner[step.convolution])
    }
    return operation.backward(outputGradient, input, conv, in: &workspace.inner[step.convolution])
  }
}

extension PooledConvolution {
  fileprivate func forward(
    _ input: Tensor, _ conv: Conv2d, in workspace: inout Workspace
  ) -> Tensor {
    apply(
      to: input, weight: conv.weight, bias: conv.bias, into: &workspace.output,
      room: &workspace.pooled)
    return workspace.output
  }

  fileprivate func backward(
    _ outputGradient: Tensor, _ input: Tensor, _ conv: Conv2d, in workspace: inout Workspace
  ) -> Tensor {
    workspace.prepare(parameters: 2)
    var biasGradient = Tensor()  // two elements of one array cannot be lent at once
    swap(&biasGradient, &workspace.parameterGradients[1])
    gradients(
      outputGradient, input: input, weight: conv.weight,
      weightGradient: &workspace.parameterGradients[0], biasGradient: &biasGradient,
      inputGradient: &workspace.inputGradient,
      wantsInputGradient: workspace.needsInputGradient, room: &workspace.pooled)
    swap(&biasGradient, &workspace.parameterGradients[1])
    return workspace.needsInputGradient ? workspace.inputGradient : Tensor()
  }
}
