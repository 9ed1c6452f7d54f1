public import Tensors

/// Stochastic gradient descent with Nesterov momentum, as in PyTorch:
///
///     g ← g + decay · p        m ← μ m + g        p ← p − rate · (g + μ m)
///
/// With momentum 0 this is plain gradient descent.
///
/// - Source: I. Sutskever et al., "On the importance of initialization and momentum in deep
///   learning", ICML 2013; `torch.optim.SGD(nesterov=True)`.
public struct SGD: Optimizer {
  /// μ, in 0..<1.
  public let momentum: Float
  /// The share of a parameter that is added to its gradient.
  public let weightDecay: Float
  /// The number of steps taken; the formula does not depend on it.
  public var steps = 0
  private var velocities: [Tensor] = []

  /// Starts with velocities of 0.
  public init(momentum: Float = 0.9, weightDecay: Float = 0) {
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  /// Takes one step by the formula above, parameter by parameter. The first makes the velocities,
  /// all 0.
  ///
  /// - Precondition: each gradient has as many values as its parameter.
  public mutating func update(
    _ layer: inout some Layer, by gradients: [Tensor], learningRate: Float
  ) {
    if velocities.isEmpty { velocities = gradients.map { Tensor(zeros: $0.shape) } }
    steps += 1
    var index = 0
    layer.visitParameters { _, parameter in
      precondition(parameter.count == gradients[index].count)
      parameter.withMutableValues { p in
        gradients[index].withValues { g in
          velocities[index].withMutableValues { m in
            for i in p.indices {
              let gradient = g[i] + weightDecay * p[i]
              m[i] = momentum * m[i] + gradient
              p[i] -= learningRate * (gradient + momentum * m[i])
            }
          }
        }
      }
      index += 1
    }
  }

  /// `velocity.0`, `velocity.1` and so on: m of each parameter and of its shape, in the order of
  /// `visitParameters`. Nothing before the first step.
  public mutating func visitState<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in velocities.indices { try visit("velocity.\(index)", &velocities[index]) }
  }
}
