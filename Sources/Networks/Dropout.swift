public import Tensors

/// In training, sets each value to 0 with probability `rate` and multiplies the others by
/// 1 / (1 − rate), so that the mean stays; in inference, changes nothing.
///
/// - Source: N. Srivastava et al., "Dropout", JMLR 15 (2014), in its inverted form.
public struct Dropout: Layer {
  /// The probability of a value to become 0, in 0..<1.
  public let rate: Float

  /// - Parameter rate: in 0..<1.
  public init(rate: Float) {
    precondition(rate >= 0 && rate < 1, "dropout rate \(rate)")
    self.rate = rate
  }

  /// Any shape stays as it is.
  public func outputShape(for input: Shape) -> Shape { input }

  /// The input itself, in the same memory: only training drops values.
  public func callAsFunction(_ input: Tensor) -> Tensor { input }

  /// The memory of a training pass.
  public struct Scratch: LayerScratch {
    /// When false, `backward` answers with an empty tensor; `forward` draws all the same.
    public var needsInputGradient = true
    fileprivate var output = Tensor()
    fileprivate var inputGradient = Tensor()
    /// What `forward` drew for each value: 0 or 1 / (1 − rate), of the input's shape.
    fileprivate var factors = Tensor()

    /// Empty tensors, which the first pass makes as large as the input.
    public init() {}
  }

  /// output = input · factors, element by element. Each factor takes one draw, in the order of the
  /// values in memory: 0 where a uniform number of 0..<1 is less than `rate`, else 1 / (1 − rate).
  public func forward(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor {
    scratch.factors.resize(to: input.shape)
    scratch.factors.withMutableValues { factors in
      for i in factors.indices { factors[i] = generator.uniform() < rate ? 0 : 1 / (1 - rate) }
    }
    input.multiplied(by: scratch.factors, into: &scratch.output)
    return scratch.output
  }

  /// dInput = dY · the factors that `forward` drew.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    guard scratch.needsInputGradient else { return Tensor() }
    outputGradient.multiplied(by: scratch.factors, into: &scratch.inputGradient)
    return scratch.inputGradient
  }
}
