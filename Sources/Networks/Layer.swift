public import Tensors

/// A step of a network, with its gradient written by hand.
///
/// A layer is a value. Inference and training passes change nothing in it, so that many threads may
/// run one layer at once; what a training pass has to remember lies in a `Workspace`, one for each
/// micro-batch.
public protocol Layer: Sendable {
  /// The shape of the output for an input of this shape, batch included.
  ///
  /// - Throws: `ShapeError` when the layer cannot take such an input.
  func outputShape(for input: Shape) throws(ShapeError) -> Shape

  /// Inference: the output.
  func callAsFunction(_ input: Tensor) -> Tensor

  /// Training: the output, while `workspace` keeps what `backward` will need. `Dropout` draws from
  /// `generator`; `BatchNorm2d` normalizes by the statistics of this very batch.
  ///
  /// The answer shares its memory with `workspace`: let go of it before the next pass.
  func forward(
    _ input: Tensor, in workspace: inout Workspace, using generator: inout SplitMix64
  ) -> Tensor

  /// The way back through the last `forward`: leaves ∂loss/∂parameters in
  /// `workspace.parameterGradients`, in the order of `visitParameters`, and answers ∂loss/∂input.
  ///
  /// - Parameter input: the same as in `forward`.
  /// - Returns: an empty tensor when `workspace.needsInputGradient` is false.
  func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor

  /// Shows every parameter to `visit`, always in the same order: the door for optimizers,
  /// checkpoints and gradient checks.
  mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void) throws(Failure)

  /// Shows the numbers that training collects without a gradient: running means and variances.
  mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void) throws(Failure)

  /// Takes in what the last `forward` in `workspace` saw of the data. Called once for every
  /// micro-batch, in their order, so that the result does not depend on the threads.
  ///
  /// - Parameter share: the micro-batch's share of its batch, 0 to 1: a batch counts the same in
  ///   however many parts it comes.
  mutating func updateStatistics(from workspace: Workspace, share: Float)
}

// Most layers have no parameters, and fewer collect statistics.
extension Layer {
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {}

  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {}

  public mutating func updateStatistics(from workspace: Workspace, share: Float) {}
}

/// What one layer needs for one micro-batch. It is used again step after step: its tensors keep
/// their memory, so that a training step in the steady state allocates nothing.
public struct Workspace: Sendable {
  /// What `forward` answered.
  public var output = Tensor()
  /// What `backward` answered.
  public var inputGradient = Tensor()
  /// ∂loss/∂parameters, in the order of `visitParameters`.
  public var parameterGradients: [Tensor] = []
  /// What a layer remembers between `forward` and `backward`; what is where is up to the layer.
  public var kept: [Tensor] = []
  /// The workspaces of the layers that a layer consists of.
  public var inner: [Workspace] = []
  /// What a convolution that runs together with its pooling needs.
  var pooled = PooledConvolution.Room()
  /// What each inner layer answered in `forward`; each is the input of the next.
  var outputs: [Tensor] = []
  /// Whether `backward` shall find ∂loss/∂input; the first layer of a network can do without.
  /// To be set before `forward`.
  public var needsInputGradient = true

  public init() {}

  /// Makes room for so many tensors, which then stay.
  mutating func prepare(parameters: Int = 0, kept: Int = 0) {
    while parameterGradients.count < parameters { parameterGradients.append(Tensor()) }
    while self.kept.count < kept { self.kept.append(Tensor()) }
  }

  /// Shows the gradient of every parameter, in the order of `visitParameters`.
  public func visitGradients(_ visit: (Tensor) -> Void) {
    parameterGradients.forEach(visit)
    for workspace in inner { workspace.visitGradients(visit) }
  }
}

/// Why a layer cannot follow another.
public struct ShapeError: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// The shape after a layer whose input has been checked before, when its network was built; a
/// programmer's mistake otherwise.
func checkedShape(after layer: some Layer, _ input: Shape) -> Shape {
  do { return try layer.outputShape(for: input) } catch { preconditionFailure("\(error)") }
}
