public import Tensors

/// An exponential moving average of a network's state, parameters and running statistics alike:
/// `average ← decay · average + (1 − decay) · current` after each step.
public struct MovingAverage: Sendable {
  public let decay: Float
  public internal(set) var network: Network

  /// Starts at the network as it is.
  public init(of network: Network, decay: Float) {
    self.network = network
    self.decay = decay
  }

  public mutating func update(with current: Network) {
    var current = current
    var state: [Tensor] = []
    current.visitState { _, value in state.append(value) }
    var index = 0
    network.visitState { _, average in
      average.scale(by: decay)
      average.add(state[index], scaledBy: 1 - decay)
      index += 1
    }
  }

  /// Shows the averages: the door for saving and resuming.
  public mutating func visitState<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try network.visitState(visit) }
}
