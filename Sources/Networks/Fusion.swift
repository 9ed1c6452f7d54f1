import Tensors

// The one place where layers are run other than one by one. A network stays a list of ordinary
// layers, with ordinary parameters; a 3x3 convolution and the 2x2 max-pooling behind it run as one
// operation that leaves out what pooling would throw away.

extension Sequential {
  enum Step: Sendable {
    /// A layer by itself.
    case layer(Int)
    /// A convolution and the pooling behind it; two steps for an input whose shape does not allow it.
    case pooledConvolution(Int, pooling: Int)
  }

  /// A ReLU between convolution and pooling is moved behind both: max(relu(x)) = relu(max(x)), and
  /// there are only a quarter as many values left.
  static func steps(for layers: [any Layer]) -> [Step] {
    var steps: [Step] = []
    var index = 0
    while index < layers.count {
      let next = index + 1 < layers.count ? layers[index + 1] : nil
      let afterNext = index + 2 < layers.count ? layers[index + 2] : nil
      if layers[index] is Conv2d, next is MaxPool2d {
        steps.append(.pooledConvolution(index, pooling: index + 1))
        index += 2
      } else if layers[index] is Conv2d, next is ReLU, afterNext is MaxPool2d {
        steps.append(.pooledConvolution(index, pooling: index + 2))
        steps.append(.layer(index + 1))
        index += 3
      } else {
        steps.append(.layer(index))
        index += 1
      }
    }
    return steps
  }

  /// The convolution and the joint operation; nil when the kernels do not cover the shapes, or the
  /// gradient of a picture of one channel.
  func pooledConvolution(
    _ index: Int, _ pooling: Int, on input: Shape, needsInputGradient: Bool
  ) -> (Conv2d, PooledConvolution)? {
    guard let conv = layers[index] as? Conv2d, let pool = layers[pooling] as? MaxPool2d,
      let operation = PooledConvolution(
        input: input, weight: conv.weight.shape, window: conv.window, pooling: pool.window),
      !(needsInputGradient && conv.inputChannels == 1)
    else { return nil }
    return (conv, operation)
  }

  func forward(
    _ input: Tensor, convolution index: Int, pooling: Int, in workspace: inout Workspace,
    using generator: inout SplitMix64
  ) -> Tensor {
    guard
      let (conv, operation) = pooledConvolution(
        index, pooling, on: input.shape,
        needsInputGradient: workspace.inner[index].needsInputGradient)
    else {
      let map = layers[index].forward(input, in: &workspace.inner[index], using: &generator)
      return layers[pooling].forward(map, in: &workspace.inner[pooling], using: &generator)
    }
    return operation.forward(input, conv, in: &workspace.inner[index])
  }

  func backward(
    _ outputGradient: Tensor, convolution index: Int, pooling: Int, input: Tensor,
    in workspace: inout Workspace
  ) -> Tensor {
    guard
      let (conv, operation) = pooledConvolution(
        index, pooling, on: input.shape,
        needsInputGradient: workspace.inner[index].needsInputGradient)
    else {
      let map = workspace.inner[index].output
      let mapGradient = layers[pooling].backward(
        outputGradient, input: map, in: &workspace.inner[pooling])
      return layers[index].backward(mapGradient, input: input, in: &workspace.inner[index])
    }
    return operation.backward(outputGradient, input, conv, in: &workspace.inner[index])
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

  /// The bias has the sum of the pooled outputs' gradients: each of them comes from one output of the
  /// convolution.
  fileprivate func backward(
    _ outputGradient: Tensor, _ input: Tensor, _ conv: Conv2d, in workspace: inout Workspace
  ) -> Tensor {
    workspace.prepare(parameters: 2)
    outputGradient.sumOfRows(into: &workspace.parameterGradients[1])
    gradients(
      outputGradient, input: input, weight: conv.weight,
      weightGradient: &workspace.parameterGradients[0],
      inputGradient: &workspace.inputGradient,
      wantsInputGradient: workspace.needsInputGradient, room: &workspace.pooled)
    return workspace.needsInputGradient ? workspace.inputGradient : Tensor()
  }
}
