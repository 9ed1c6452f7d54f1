public import Tensors

/// A network prepared for inference: what depends on the weights alone is computed once, and batch
/// normalization is no longer a step of its own where it follows a convolution or a dense layer.
///
/// Its answers are those of the network up to rounding. An immutable value: threads may share it.
public struct Predictor: Sendable {
  private typealias Step = @Sendable (Tensor) -> Tensor

  /// Steps up to the first dense layer. A few images at a time go through all of them, so that what
  /// lies between two steps stays in cache.
  private let first: [Step]
  /// The other steps: their weights are read once for the whole batch.
  private let rest: [Step]

  /// Images that go through `first` together.
  private static let groupSize = 8

  public init(_ network: Network) { self.init(network.body) }

  init(_ body: Sequential) {
    var (first, rest) = ([Step](), [Step]())
    var hasDense = false
    var index = 0
    while index < body.steps.count {
      let next = index + 1 < body.steps.count ? body.steps[index + 1] : nil
      let (step, count) = Self.step(body, body.steps[index], next)
      if case .layer(let layer) = body.steps[index] {
        hasDense = hasDense || body.layers[layer] is Dense
      }
      if hasDense { rest.append(step) } else { first.append(step) }
      index += count
    }
    (self.first, self.rest) = (first, rest)
  }

  /// The work of one step of a network or of two, and of how many.
  private static func step(
    _ body: Sequential, _ step: Sequential.Step, _ next: Sequential.Step?
  ) -> (Step, count: Int) {
    switch step {
    case .pooledConvolution(let step): return (body.prepared(step), 1)
    case .pooledPair(let step, let next):
      let (first, second) = (body.prepared(step), body.prepared(next))
      return ({ second(first($0)) }, 1)
    case .rectifiedNormalization(let index): return (normalized(body, index, relu: true), 1)
    case .layer(let index):
      let following: (normalization: BatchNorm2d, relu: Bool)? =
        switch next {
        case .layer(let index): (body.layers[index] as? BatchNorm2d).map { ($0, false) }
        case .rectifiedNormalization(let index): (body.normalization(index), true)
        default: nil
        }
      switch (body.layers[index], following) {
      case (let conv as Conv2d, let (normalization, relu)?):
        let (weight, bias) = normalization.folded(weight: conv.weight, bias: conv.bias)
        let folded = Conv2d(weight: weight, bias: bias, window: conv.window)
        return ({ relu ? ReLU()(folded($0)) : folded($0) }, 2)
      case (let dense as Dense, let (normalization, relu)?):
        let (weight, bias) = normalization.folded(weight: dense.weight, bias: dense.bias)
        let folded = Dense(weight: weight, bias: bias)
        return ({ relu ? ReLU()(folded($0)) : folded($0) }, 2)
      case (is BatchNorm2d, _): return (normalized(body, index, relu: false), 1)
      case (let layer, _): return ({ layer($0) }, 1)
      }
    }
  }

  private static func normalized(_ body: Sequential, _ index: Int, relu: Bool) -> Step {
    let coefficients = body.normalization(index).inferenceCoefficients
    return {
      var output = Tensor()
      $0.scaledAndShifted(by: coefficients, relu: relu, into: &output)
      return output
    }
  }

  /// Logits `[batch, classes]` for normalized images `[batch, rows, columns, channels]`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    rest.reduce(inGroups(images)) { $1($0) }
  }

  private func inGroups(_ images: Tensor) -> Tensor {
    let batch = images.shape[0]
    if batch <= Self.groupSize || first.isEmpty { return first.reduce(images) { $1($0) } }
    var all = Tensor()
    for start in stride(from: 0, to: batch, by: Self.groupSize) {
      let group = images.images(start..<min(start + Self.groupSize, batch))
      let answer = first.reduce(group) { $1($0) }
      if start == 0 { all.resize(to: answer.shape.with(batch: batch)) }
      all.copy(answer, toImage: start)
    }
    return all
  }
}

extension Sequential {
  /// A convolution with its pooling, its weight transformed; layer by layer for an input whose shape
  /// does not allow that.
  fileprivate func prepared(_ step: PooledStep) -> @Sendable (Tensor) -> Tensor {
    guard let conv = layers[step.convolution] as? Conv2d else {
      preconditionFailure("a pooled step begins with a convolution")
    }
    let transformed = PooledConvolution.transformed(conv.weight)
    return { input in
      if let transformed,
        let (_, operation) = operation(step, on: input.shape, needsInputGradient: false)
      {
        return operation(input, transformed: transformed, bias: conv.bias)
      }
      let pooled = layers[step.pooling](conv(input))
      return step.relu.map { layers[$0](pooled) } ?? pooled
    }
  }
}

extension BatchNorm2d {
  /// Weight and bias that do what a layer does and then this normalization:
  /// factor · (w · x + b) + offset = (factor · w) · x + (factor · b + offset).
  ///
  /// - Parameter weight: its last axis are the outputs.
  fileprivate func folded(weight: Tensor, bias: Tensor) -> (weight: Tensor, bias: Tensor) {
    let coefficients = inferenceCoefficients
    let factors = coefficients.values.prefix(bias.count)
    let onlyFactors = Tensor(
      factors + Array(repeating: 0, count: bias.count), shape: coefficients.shape)
    var result = (weight: Tensor(), bias: Tensor())
    weight.scaledAndShifted(by: onlyFactors, into: &result.weight)
    bias.scaledAndShifted(by: coefficients, into: &result.bias)
    return result
  }
}
