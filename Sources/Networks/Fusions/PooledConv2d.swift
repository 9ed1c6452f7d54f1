import Tensors

/// A convolution, the max-pooling behind it and their ReLU, if there is one, as one operation that
/// leaves out what pooling would throw away.
///
/// Layers run one by one for an input whose shape `PooledConvolution` does not cover, and for the
/// gradient of a picture of one channel.
struct PooledConv2d: FusedLayer {
  private var convolution: Conv2d
  private let pooling: MaxPool2d
  private let rectification: Rectification

  /// Where the ReLU stands in the list of layers.
  ///
  /// In front of the pooling it is taken as if it came behind both: max(relu(x)) = relu(max(x)), and
  /// there are only a quarter as many values left.
  private enum Rectification { case none, beforePooling, behindPooling }

  static func match(_ layers: ArraySlice<any Layer>) -> (layer: any Layer, count: Int)? {
    guard let layer = Self(matching: layers) else { return nil }
    return (layer, layer.layers.count)
  }

  /// The layers that a list begins with; nil when they are others.
  init?(matching layers: ArraySlice<any Layer>) {
    guard let convolution = layers.first as? Conv2d else { return nil }
    let second = layers.dropFirst().first
    let third = layers.dropFirst(2).first
    self.convolution = convolution
    if let pooling = second as? MaxPool2d {
      self.pooling = pooling
      rectification = third is ReLU ? .behindPooling : .none
    } else if second is ReLU, let pooling = third as? MaxPool2d {
      self.pooling = pooling
      rectification = .beforePooling
    } else {
      return nil
    }
  }

  var layers: [any Layer] {
    switch rectification {
    case .none: [convolution, pooling]
    case .beforePooling: [convolution, ReLU(), pooling]
    case .behindPooling: [convolution, pooling, ReLU()]
    }
  }

  func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try pooling.outputShape(for: convolution.outputShape(for: input))
  }

  /// The joint operation; nil when it does not cover the case.
  func operation(on input: Shape, needsInputGradient: Bool) -> PooledConvolution? {
    if needsInputGradient && convolution.inputChannels == 1 { return nil }
    return PooledConvolution(
      input: input, weight: convolution.weight.shape, window: convolution.window,
      pooling: pooling.window, relu: rectification != .none)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { prepared()(input) }

  func prepared() -> Inference {
    let transformed = PooledConvolution.transformed(convolution.weight)
    return { input in
      if let transformed, let operation = operation(on: input.shape, needsInputGradient: false) {
        return operation(input, transformed: transformed, bias: convolution.bias)
      }
      let pooled = pooling(convolution(input))
      return rectification == .none ? pooled : ReLU()(pooled)
    }
  }

  /// The memory of a pass: of the joint operation, or of the layers one by one.
  struct Scratch: LayerScratch {
    var needsInputGradient = true
    var operation = PooledConvolution.Scratch()
    /// The joint operation's results stand here, too.
    var convolution = Conv2d.Scratch()
    fileprivate var pooling = MaxPool2d.Scratch()
    fileprivate var relu = ReLU.Scratch()

    func visitGradients(_ visit: (Tensor) -> Void) { convolution.visitGradients(visit) }
  }

  func forward(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor {
    guard
      let operation = operation(
        on: input.shape, needsInputGradient: scratch.needsInputGradient)
    else { return forwardOneByOne(input, in: &scratch, using: &generator) }
    prepareForward(operation, in: &scratch)
    forward(input, operation, images: 0..<operation.batch, in: &scratch)
    return scratch.convolution.output
  }

  func backward(_ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch) -> Tensor {
    guard
      let operation = operation(
        on: input.shape, needsInputGradient: scratch.needsInputGradient)
    else { return backwardOneByOne(outputGradient, input: input, in: &scratch) }
    prepareBackward(operation, in: &scratch)
    if scratch.needsInputGradient { scratch.convolution.inputGradient.resize(to: input.shape) }
    backward(outputGradient, operation, input: input, images: 0..<operation.batch, in: &scratch)
    return finishBackward(operation, in: &scratch)
  }

  mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try convolution.visitParameters(visit) }
}

// One by one.
extension PooledConv2d {
  private func forwardOneByOne(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor {
    scratch.convolution.needsInputGradient = scratch.needsInputGradient
    let map = convolution.forward(input, in: &scratch.convolution, using: &generator)
    let pooled = pooling.forward(map, in: &scratch.pooling, using: &generator)
    if rectification == .none { return pooled }
    return ReLU().forward(pooled, in: &scratch.relu, using: &generator)
  }

  private func backwardOneByOne(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    var gradient = outputGradient
    if rectification != .none {
      gradient = ReLU().backward(gradient, input: scratch.pooling.output, in: &scratch.relu)
    }
    gradient = pooling.backward(
      gradient, input: scratch.convolution.output, in: &scratch.pooling)
    return convolution.backward(gradient, input: input, in: &scratch.convolution)
  }
}

// The joint operation, some images of a batch at a time.
extension PooledConv2d {
  func prepareForward(_ operation: PooledConvolution, in scratch: inout Scratch) {
    operation.prepare(
      weight: convolution.weight, output: &scratch.convolution.output,
      scratch: &scratch.operation)
  }

  func forward(
    _ input: Tensor, _ operation: PooledConvolution, images: Range<Int>,
    in scratch: inout Scratch
  ) {
    operation.apply(
      to: input, images: images, weight: convolution.weight, bias: convolution.bias,
      into: &scratch.convolution.output, scratch: &scratch.operation)
  }

  func prepareBackward(_ operation: PooledConvolution, in scratch: inout Scratch) {
    operation.prepareGradients(
      weight: convolution.weight, weightGradient: &scratch.convolution.weightGradient,
      biasGradient: &scratch.convolution.biasGradient, scratch: &scratch.operation)
  }

  /// The input gradient has its shape already where it is wanted.
  func backward(
    _ outputGradient: Tensor, _ operation: PooledConvolution, input: Tensor,
    images: Range<Int>, in scratch: inout Scratch
  ) {
    operation.addGradients(
      outputGradient, images: images, input: input,
      weightGradient: &scratch.convolution.weightGradient,
      biasGradient: &scratch.convolution.biasGradient, scratch: &scratch.operation)
    guard scratch.needsInputGradient else { return }
    operation.findInputGradient(
      outputGradient, images: images, into: &scratch.convolution.inputGradient,
      scratch: &scratch.operation)
  }

  /// - Returns: the gradient by the input, empty when it is not wanted.
  @discardableResult func finishBackward(
    _ operation: PooledConvolution, in scratch: inout Scratch
  ) -> Tensor {
    operation.finishGradients(
      weightGradient: &scratch.convolution.weightGradient, scratch: &scratch.operation)
    return scratch.needsInputGradient ? scratch.convolution.inputGradient : Tensor()
  }
}
