import Kernels
public import Tensors
public import Workers

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
  /// β₁, in 0..<1: what stays of the first moment in each step.
  public let beta1: Float
  /// β₂, in 0..<1: what stays of the second moment.
  public let beta2: Float
  /// ε, above 0.
  public let epsilon: Float
  /// The share of a parameter that goes in each step, times the learning rate.
  public let weightDecay: Float
  /// t of the formulas: the number of steps taken, which a resumed training goes on from.
  public var steps = 0
  private var firstMoments: [Tensor] = []
  private var secondMoments: [Tensor] = []

  /// Starts with moments of 0.
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

  /// Takes one step by the formulas above, on this thread. The first makes the moments, all 0.
  ///
  /// - Precondition: each gradient has as many values as its parameter.
  public mutating func update(
    _ layer: inout some Layer, by gradients: [Tensor], learningRate: Float
  ) {
    update(
      &layer, bySumOf: [gradients], learningRate: learningRate, on: WorkerTeam(threads: 1))
  }

  /// Takes one step by the sum of several gradients, on all threads of a team: each takes a piece of
  /// the parameters, adds up its gradients and changes it while all of it is in cache.
  ///
  /// - Parameter parts: what the parts of a batch found: for each part one gradient for each parameter,
  ///   in the order of `visitParameters`. They are added in the order of the parts.
  public mutating func update(
    _ layer: inout some Layer, bySumOf parts: [[Tensor]], learningRate: Float, on team: WorkerTeam
  ) {
    if firstMoments.isEmpty { prepare(for: &layer) }
    steps += 1
    let rate = Double(learningRate) / (1 - power(Double(beta1), steps))
    let rootScale = 1 / (1 - power(Double(beta2), steps)).squareRoot()
    var index = 0
    layer.visitParameters { _, parameter in
      withUnsafeTemporaryAllocation(of: Floats.self, capacity: parts.count) { gradients in
        for part in parts.indices {
          let gradient = parts[part][index]
          precondition(parameter.count == gradient.count, "\(gradient.shape), \(parameter.shape)")
          // Valid beyond this closure: nobody writes to the parts before the step is done.
          gradient.withValues { gradients[part] = $0.baseAddress! }
        }
        parameter.withMutableValues { p in
          firstMoments[index].withMutableValues { m in
            secondMoments[index].withMutableValues { v in
              let step = Step(
                parameters: p, gradients: UnsafeBufferPointer(gradients), firstMoment: m,
                secondMoment: v, beta1: beta1, beta2: beta2, epsilon: epsilon, rate: Float(rate),
                rootScale: Float(rootScale), decay: 1 - learningRate * weightDecay)
              team.forEach(step.pieceCount, with: step) { $1.take($0) }
            }
          }
        }
      }
      index += 1
    }
  }

  /// `firstMoment.0`, `secondMoment.0`, `firstMoment.1` and so on: m and v of each parameter and of
  /// its shape, in the order of `visitParameters`. Nothing before the first step or `prepare`.
  public mutating func visitState<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in firstMoments.indices {
      try visit("firstMoment.\(index)", &firstMoments[index])
      try visit("secondMoment.\(index)", &secondMoments[index])
    }
  }
}

/// One step on one parameter.
///
/// `nonisolated(unsafe)` is right because every piece writes to a range of its own, gradients are only
/// read, and `update` holds all of the memory until the last piece is done.
private struct Step: Sendable {
  nonisolated(unsafe) let parameters: UnsafeMutableBufferPointer<Float>
  /// One for each part of the batch.
  nonisolated(unsafe) let gradients: UnsafeBufferPointer<Floats>
  nonisolated(unsafe) let firstMoment, secondMoment: UnsafeMutableBufferPointer<Float>
  let beta1, beta2, epsilon, rate, rootScale, decay: Float

  /// Values in a piece.
  private static let pieceSize = 8192

  var pieceCount: Int { (parameters.count + Self.pieceSize - 1) / Self.pieceSize }

  func take(_ piece: Int) {
    let first = piece * Self.pieceSize
    let count = min(Self.pieceSize, parameters.count - first)
    kernels.adamStep(
      parameters.baseAddress! + first, gradients: gradients.baseAddress!,
      gradientCount: gradients.count, from: first,
      firstMoment: firstMoment.baseAddress! + first,
      secondMoment: secondMoment.baseAddress! + first, count: count, beta1: beta1, beta2: beta2,
      epsilon: epsilon, rate: rate, rootScale: rootScale, decay: decay)
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
