public import Tensors

/// An exponential moving average of a network's state, parameters and running statistics alike:
/// `average ← decay · average + (1 − decay) · current` after each step.
public struct MovingAverage: Sendable {
  /// The share of the average that stays in each step, 0 to 1.
  public let decay: Float
  /// The network with the averages as its state.
  public internal(set) var network: Network
  /// Scratch memory of `update`, empty in between.
  private var state: [Tensor] = []

  /// Starts at the network as it is.
  public init(of network: Network, decay: Float) {
    self.network = network
    self.decay = decay
  }

  /// Takes one step.
  ///
  /// - Parameter current: is only read; `inout` since visiting a network asks for it.
  public mutating func update(with current: inout Network) {
    current.visitState { _, value in state.append(value) }
    var index = 0
    network.visitState { _, average in
      average.scale(by: decay)
      average.add(state[index], scaledBy: 1 - decay)
      index += 1
    }
    state.removeAll(keepingCapacity: true)
  }

  /// Shows the averages: the door for saving and resuming.
  public mutating func visitState<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try network.visitState(visit) }
}
