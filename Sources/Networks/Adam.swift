import Kernels
public import Tensors

/// What every optimizer does: change the parameters of a layer by their gradients.
public protocol Optimizer: Sendable {
  /// Takes one step.
  ///
  /// - Parameter gradients: one for each parameter, in the order of `visitParameters`.
  mutating func update(_ layer: inout some Layer, by gradients: [Tensor], learningRate: Float)

  /// How many steps have been taken.
  var steps: Int { get set }

  /// Shows every tensor that goes on from step to step: the door for saving and resuming.
  mutating func visitState<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void) throws(Failure)
}

/// Adam; with a weight decay above 0, AdamW.
///
///     m ← β₁ m + (1 − β₁) g        m̂ = m / (1 − β₁ᵗ)
///     v ← β₂ v + (1 − β₂) g²       v̂ = v / (1 − β₂ᵗ)
///     p ← p − rate · decay · p − rate · m̂ / (√v̂ + ε)
///
/// - Source: D. Kingma, J. Ba, "Adam", ICLR 2015, algorithm 1; I. Loshchilov, F. Hutter,
///   "Decoupled weight decay regularization", ICLR 2019, algorithm 2.
public struct Adam: Optimizer {
  public let beta1: Float
  public let beta2: Float
  public let epsilon: Float
  public let weightDecay: Float
  public var steps = 0
  private var firstMoments: [Tensor] = []
  private var secondMoments: [Tensor] = []

  public init(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Makes the moments of a network's parameters, all 0, as the first step would.
  public mutating func prepare(for network: Network) {
    var body = network.body
    prepare(for: &body)
  }

  private mutating func prepare(for layer: inout some Layer) {
    firstMoments = []
    layer.visitParameters { firstMoments.append(Tensor(zeros: $1.shape)) }
    secondMoments = firstMoments
  }

  public mutating func update(
    _ layer: inout some Layer, by gradients: [Tensor], learningRate: Float
  ) {
    if firstMoments.isEmpty { prepare(for: &layer) }
    steps += 1
    let rate = Double(learningRate) / (1 - power(Double(beta1), steps))
    let rootScale = 1 / (1 - power(Double(beta2), steps)).squareRoot()
    var index = 0
    layer.visitParameters { _, parameter in
      let gradient = gradients[index]
      precondition(parameter.count == gradient.count, "\(gradient.shape), \(parameter.shape)")
      parameter.withMutableValues { p in
        gradient.withValues { g in
          firstMoments[index].withMutableValues { m in
            secondMoments[index].withMutableValues { v in
              kernels.adamStep(
                p.baseAddress!, gradient: g.baseAddress!, firstMoment: m.baseAddress!,
                secondMoment: v.baseAddress!, count: p.count, beta1: beta1, beta2: beta2,
                epsilon: epsilon, rate: Float(rate), rootScale: Float(rootScale),
                decay: 1 - learningRate * weightDecay)
            }
          }
        }
      }
      index += 1
    }
  }

  public mutating func visitState<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in firstMoments.indices {
      try visit("firstMoment.\(index)", &firstMoments[index])
      try visit("secondMoment.\(index)", &secondMoments[index])
    }
  }
}

/// baseⁿ by repeated squaring: the same bits on every machine, unlike the C library's `pow`.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
