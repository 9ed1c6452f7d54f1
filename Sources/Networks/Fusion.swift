import Tensors

// The one place where layers are run other than one by one. A network stays a list of ordinary
// layers, with ordinary parameters; a 3x3 convolution, the 2x2 max-pooling behind it and their ReLU
// run as one operation that leaves out what pooling would throw away. Where two of these follow each
// other, a few images at a time go through both, so that what lies between is still in cache when it is
// wanted. A batch normalization takes the
// ReLU behind it along, which saves a pass over the memory in each direction.

extension Sequential {
  enum Step: Sendable {
    /// A layer by itself.
    case layer(Int)
    case pooledConvolution(PooledStep)
    /// Two of them, one right behind the other.
    case pooledPair(PooledStep, PooledStep)
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
        if case .pooledConvolution(let previous)? = steps.last {
          steps[steps.count - 1] = .pooledPair(previous, step)
        } else {
          steps.append(.pooledConvolution(step))
        }
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
    operation.prepare(conv, in: &workspace.inner[step.convolution])
    operation.forward(input, conv, 0..<operation.batch, in: &workspace.inner[step.convolution])
    return workspace.inner[step.convolution].output
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
    operation.prepareGradients(conv, in: &workspace.inner[step.convolution])
    let images = 0..<operation.batch
    if needsInputGradient {
      workspace.inner[step.convolution].inputGradient.resize(to: input.shape)
    }
    operation.backward(outputGradient, input, images, in: &workspace.inner[step.convolution])
    operation.finishGradients(in: &workspace.inner[step.convolution])
    return needsInputGradient ? workspace.inner[step.convolution].inputGradient : Tensor()
  }

  func forward(
    _ input: Tensor, _ step: PooledStep, _ next: PooledStep, in workspace: inout Workspace,
    using generator: inout SplitMix64
  ) -> Tensor {
    let needsInputGradient = workspace.inner[step.convolution].needsInputGradient
    guard
      let pair = PooledPair(
        step, next, of: self, on: input.shape, needsInputGradient: needsInputGradient)
    else {
      let between = forward(input, step, in: &workspace, using: &generator)
      return forward(between, next, in: &workspace, using: &generator)
    }
    pair.forward(input, in: &workspace.inner)
    return workspace.inner[next.convolution].output
  }

  func backward(
    _ outputGradient: Tensor, _ step: PooledStep, _ next: PooledStep, input: Tensor,
    in workspace: inout Workspace
  ) -> Tensor {
    let needsInputGradient = workspace.inner[step.convolution].needsInputGradient
    if let pair = PooledPair(
      step, next, of: self, on: input.shape, needsInputGradient: needsInputGradient)
    {
      return pair.backward(outputGradient, input: input, in: &workspace.inner)
    }
    let isCovered =
      operation(step, on: input.shape, needsInputGradient: needsInputGradient) != nil
    let last = isCovered ? step.convolution : step.relu ?? step.pooling
    let between = workspace.inner[last].output
    let gradient = backward(outputGradient, next, input: between, in: &workspace)
    return backward(gradient, step, input: input, in: &workspace)
  }
}

/// Two pooled convolutions, the second right behind the first, on an input that both cover.
private struct PooledPair {
  /// Where the convolutions stand in the list of layers.
  private let firstPlace, secondPlace: Int
  private let firstConv, secondConv: Conv2d
  private let first, second: PooledConvolution
  private let needsInputGradient: Bool

  /// Images that go through both together.
  private static let groupSize = 8

  init?(
    _ step: Sequential.PooledStep, _ next: Sequential.PooledStep, of body: Sequential,
    on input: Shape, needsInputGradient: Bool
  ) {
    guard
      let (conv, operation) = body.operation(
        step, on: input, needsInputGradient: needsInputGradient),
      let (nextConv, nextOperation) = body.operation(
        next, on: operation.outputShape, needsInputGradient: true)
    else { return nil }
    (firstPlace, secondPlace) = (step.convolution, next.convolution)
    (firstConv, secondConv) = (conv, nextConv)
    (first, second) = (operation, nextOperation)
    self.needsInputGradient = needsInputGradient
  }

  private func forEachGroup(_ body: (_ images: Range<Int>) -> Void) {
    for start in stride(from: 0, to: first.batch, by: Self.groupSize) {
      body(start..<min(start + Self.groupSize, first.batch))
    }
  }

  func forward(_ input: Tensor, in workspaces: inout [Workspace]) {
    first.prepare(firstConv, in: &workspaces[firstPlace])
    second.prepare(secondConv, in: &workspaces[secondPlace])
    var between = Tensor()  // two elements of one array cannot be lent at once
    forEachGroup { images in
      first.forward(input, firstConv, images, in: &workspaces[firstPlace])
      swap(&between, &workspaces[firstPlace].output)
      second.forward(between, secondConv, images, in: &workspaces[secondPlace])
      swap(&between, &workspaces[firstPlace].output)
    }
  }

  /// - Returns: ∂loss/∂input, empty when it is not wanted.
  func backward(
    _ outputGradient: Tensor, input: Tensor, in workspaces: inout [Workspace]
  ) -> Tensor {
    let between = workspaces[firstPlace].output
    first.prepareGradients(firstConv, in: &workspaces[firstPlace])
    second.prepareGradients(secondConv, in: &workspaces[secondPlace])
    if needsInputGradient { workspaces[firstPlace].inputGradient.resize(to: input.shape) }
    forEachGroup { images in
      // Of these images alone: the next ones find its memory in cache.
      workspaces[secondPlace].inputGradient.resize(
        to: between.shape.with(batch: images.count))
      second.backward(outputGradient, between, images, in: &workspaces[secondPlace])
      var gradient = Tensor()
      swap(&gradient, &workspaces[secondPlace].inputGradient)
      first.backward(gradient, input, images, in: &workspaces[firstPlace])
      swap(&gradient, &workspaces[secondPlace].inputGradient)
    }
    first.finishGradients(in: &workspaces[firstPlace])
    second.finishGradients(in: &workspaces[secondPlace])
    return needsInputGradient ? workspaces[firstPlace].inputGradient : Tensor()
  }
}

extension PooledConvolution {
  fileprivate func prepare(_ conv: Conv2d, in workspace: inout Workspace) {
    prepare(weight: conv.weight, output: &workspace.output, room: &workspace.pooled)
  }

  fileprivate func forward(
    _ input: Tensor, _ conv: Conv2d, _ images: Range<Int>, in workspace: inout Workspace
  ) {
    apply(
      to: input, images: images, weight: conv.weight, bias: conv.bias, into: &workspace.output,
      room: &workspace.pooled)
  }

  fileprivate func prepareGradients(_ conv: Conv2d, in workspace: inout Workspace) {
    workspace.prepare(parameters: 2)
    workspace.withParameterGradients { weight, bias, workspace in
      prepareGradients(
        weight: conv.weight, weightGradient: &weight, biasGradient: &bias,
        room: &workspace.pooled)
    }
  }

  /// The input gradient has its shape already where it is wanted.
  fileprivate func backward(
    _ outputGradient: Tensor, _ input: Tensor, _ images: Range<Int>,
    in workspace: inout Workspace
  ) {
    workspace.withParameterGradients { weight, bias, workspace in
      addGradients(
        outputGradient, images: images, input: input, weightGradient: &weight,
        biasGradient: &bias, room: &workspace.pooled)
    }
    if workspace.needsInputGradient {
      findInputGradient(
        outputGradient, images: images, into: &workspace.inputGradient, room: &workspace.pooled)
    }
  }

  fileprivate func finishGradients(in workspace: inout Workspace) {
    finishGradients(
      weightGradient: &workspace.parameterGradients[0], room: &workspace.pooled)
  }
}

extension Workspace {
  /// Lends both gradients at once, which two elements of one array cannot be.
  fileprivate mutating func withParameterGradients(
    _ body: (_ weight: inout Tensor, _ bias: inout Tensor, _ rest: inout Workspace) -> Void
  ) {
    var (weight, bias) = (Tensor(), Tensor())
    swap(&weight, &parameterGradients[0])
    swap(&bias, &parameterGradients[1])
    body(&weight, &bias, &self)
    swap(&bias, &parameterGradients[1])
    swap(&weight, &parameterGradients[0])
  }
}
