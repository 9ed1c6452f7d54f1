public import Tensors

/// A body of layers with a shortcut around it: `output = input + body(input)`.
///
/// - Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016, equation 1.
public struct Residual: Layer {
  /// The layers beside the shortcut; they keep the shape.
  public private(set) var body: Sequential

  /// - Parameter body: layers whose output has the shape of their input.
  public init(_ body: Sequential) { self.body = body }

  /// The shape of the input, of any rank that the body takes.
  ///
  /// - Throws: `ShapeError` when the body cannot take it or changes it.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let shape = try body.outputShape(for: input)
    guard shape == input else {
      throw ShapeError("a residual body must keep the shape: \(input) became \(shape)")
    }
    return shape
  }

  /// Prepares the body for this one call; for many calls take `prepared()`.
  public func callAsFunction(_ input: Tensor) -> Tensor { prepared()(input) }

  /// The body prepared as a `Predictor`, then the sum with the input.
  public func prepared() -> Inference {
    let body = body.prepared()
    return { input in
      // In memory of its own: a body that copies nothing answers with the input.
      var output = body(input)
      output.add(input)
      return output
    }
  }

  /// The memory of a training pass.
  public struct Scratch: LayerScratch {
    /// Whether `backward` adds dY to the body's gradient; `forward` hands it on to the body.
    public var needsInputGradient = true
    fileprivate var output = Tensor()
    fileprivate var inputGradient = Tensor()
    fileprivate var body = Sequential.Scratch()

    /// Empty tensors; the body's memory comes with the first pass.
    public init() {}

    /// The gradients of the body's parameters: the shortcut has none.
    public func visitGradients(_ visit: (Tensor) -> Void) { body.visitGradients(visit) }
  }

  /// input + body(input), with the body in training: it draws from the generator and normalizes by
  /// the statistics of the batch.
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor {
    scratch.body.needsInputGradient = scratch.needsInputGradient
    scratch.output.copy(body.forward(input, in: &scratch.body, using: &generator))
    scratch.output.add(input)
    return scratch.output
  }

  /// dInput = dY + body's way back of dY.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    let bodyGradient = body.backward(outputGradient, input: input, in: &scratch.body)
    guard scratch.needsInputGradient else { return Tensor() }
    scratch.inputGradient.copy(outputGradient)
    scratch.inputGradient.add(bodyGradient)
    return scratch.inputGradient
  }

  /// The body's parameters under the body's own names, `layers.0.weight` and so on.
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try body.visitParameters(visit) }

  /// The body's statistics under the body's own names, `layers.1.runningMean` and so on.
  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try body.visitStatistics(visit) }

  /// Hands the body's part of the scratch on to the body.
  public mutating func updateStatistics(from scratch: Scratch, share: Float) {
    body.updateStatistics(from: scratch.body, share: share)
  }
}
