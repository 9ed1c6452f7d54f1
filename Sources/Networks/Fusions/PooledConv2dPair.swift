import Tensors

/// Two pooled convolutions, one right behind the other. In training a few images at a time go through
/// both, so that what lies between is still in cache when it is wanted.
struct PooledConv2dPair: FusedLayer {
  private var first, second: PooledConv2d

  /// Images that go through both together.
  private static let groupSize = 8

  static func match(_ layers: ArraySlice<any Layer>) -> (layer: any Layer, count: Int)? {
    guard let first = PooledConv2d(matching: layers),
      let second = PooledConv2d(matching: layers.dropFirst(first.layers.count))
    else { return nil }
    let pair = PooledConv2dPair(first: first, second: second)
    return (pair, pair.layers.count)
  }

  var layers: [any Layer] { first.layers + second.layers }

  func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try second.outputShape(for: first.outputShape(for: input))
  }

  func callAsFunction(_ input: Tensor) -> Tensor { prepared()(input) }

  func prepared() -> Inference {
    let (first, second) = (first.prepared(), second.prepared())
    return { second(first($0)) }
  }

  /// The memory of both.
  struct Scratch: LayerScratch {
    var needsInputGradient = true
    fileprivate var first = PooledConv2d.Scratch()
    fileprivate var second = PooledConv2d.Scratch()
    /// The result of the first where the two do not run together.
    fileprivate var between = Tensor()

    func visitGradients(_ visit: (Tensor) -> Void) {
      first.visitGradients(visit)
      second.visitGradients(visit)
    }
  }

  /// The joint operations of both; nil when one of them does not cover the case.
  private func operations(
    on input: Shape, needsInputGradient: Bool
  ) -> (PooledConvolution, PooledConvolution)? {
    guard let one = first.operation(on: input, needsInputGradient: needsInputGradient),
      let other = second.operation(on: one.outputShape, needsInputGradient: true)
    else { return nil }
    return (one, other)
  }

  private func forEachGroup(of batch: Int, _ body: (_ images: Range<Int>) -> Void) {
    for start in stride(from: 0, to: batch, by: Self.groupSize) {
      body(start..<min(start + Self.groupSize, batch))
    }
  }

  func forward(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor {
    scratch.first.needsInputGradient = scratch.needsInputGradient
    guard
      let (one, other) = operations(
        on: input.shape, needsInputGradient: scratch.needsInputGradient)
    else {
      scratch.between = Tensor()  // or the first's memory would be shared, and taken anew
      scratch.between = first.forward(input, in: &scratch.first, using: &generator)
      return second.forward(scratch.between, in: &scratch.second, using: &generator)
    }
    first.prepareForward(one, in: &scratch.first)
    second.prepareForward(other, in: &scratch.second)
    forEachGroup(of: one.batch) { images in
      first.forward(input, one, images: images, in: &scratch.first)
      second.forward(
        scratch.first.convolution.output, other, images: images, in: &scratch.second)
    }
    return scratch.second.convolution.output
  }

  func backward(_ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch) -> Tensor {
    guard
      let (one, other) = operations(
        on: input.shape, needsInputGradient: scratch.needsInputGradient)
    else {
      let gradient = second.backward(
        outputGradient, input: scratch.between, in: &scratch.second)
      return first.backward(gradient, input: input, in: &scratch.first)
    }
    first.prepareBackward(one, in: &scratch.first)
    second.prepareBackward(other, in: &scratch.second)
    if scratch.needsInputGradient {
      scratch.first.convolution.inputGradient.resize(to: input.shape)
    }
    forEachGroup(of: one.batch) { images in
      // Of these images alone: the next ones find its memory in cache.
      scratch.second.convolution.inputGradient.resize(
        to: one.outputShape.with(batch: images.count))
      second.backward(
        outputGradient, other, input: scratch.first.convolution.output, images: images,
        in: &scratch.second)
      first.backward(
        scratch.second.convolution.inputGradient, one, input: input, images: images,
        in: &scratch.first)
    }
    second.finishBackward(other, in: &scratch.second)
    return first.finishBackward(one, in: &scratch.first)
  }

  mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try first.visitParameters(visit)
    try second.visitParameters(visit)
  }
}
