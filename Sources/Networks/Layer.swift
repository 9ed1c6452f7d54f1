public import Tensors

/// A step of a network, with its gradient written by hand.
///
/// A layer is a value. Inference and training passes change nothing in it, so that many threads may
/// run one layer at once; what a training pass has to remember lies in a `Scratch`, one for each
/// micro-batch.
///
/// The contract of a training pass, which `worstGradientError` of the tests checks for every layer:
///
/// - `forward` answers f(input, parameters), and `backward(direction)` the gradient of the inner
///   product ⟨f(input, parameters), direction⟩: by the input as its result, by each parameter in
///   the scratch. With direction = ∂loss/∂output these are ∂loss/∂input and ∂loss/∂parameters.
/// - Gradients replace those of the pass before; they do not add up.
/// - `forward` may draw from the generator and write to the scratch, and does nothing else: it
///   changes neither the layer nor its statistics. The same input, parameters and state of the
///   generator give the same bits, whatever the scratch was used for before.
/// - Each `backward` follows a `forward` with the same scratch, the same input and unchanged
///   parameters. Through a `Workspace`, `backward` without a `forward` before it is a failed
///   precondition.
/// - Results share their memory with the scratch (or with the input, where a layer copies nothing):
///   whoever keeps one beyond the next pass makes that pass copy it, which is correct but slow.
public protocol Layer: Sendable {
  /// The memory of a training pass; see `LayerScratch`.
  associatedtype Scratch: LayerScratch

  /// The shape of the output for an input of this shape, batch included.
  ///
  /// - Throws: `ShapeError` when the layer cannot take such an input.
  func outputShape(for input: Shape) throws(ShapeError) -> Shape

  /// Inference: the output.
  func callAsFunction(_ input: Tensor) -> Tensor

  /// Inference for many calls: all that depends on the parameters alone is computed here, once.
  /// The answers are those of `callAsFunction`.
  func prepared() -> Inference

  /// Training: the output, while `scratch` keeps what `backward` will need. `Dropout` draws from
  /// `generator`; `BatchNorm2d` normalizes by the statistics of this very batch.
  func forward(
    _ input: Tensor, in scratch: inout Scratch, using generator: inout SplitMix64
  ) -> Tensor

  /// The way back through the last `forward`: the gradient by the input as the result, the gradients
  /// by the parameters in `scratch`, which shows them by `visitGradients`.
  ///
  /// - Parameter outputGradient: the direction, of the output's shape.
  /// - Parameter input: the same as in `forward`.
  /// - Returns: a tensor of the input's shape, or an empty one when `scratch.needsInputGradient` is
  ///   false.
  func backward(_ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch) -> Tensor

  /// Shows every parameter to `visit`, always in the same order: the door for optimizers,
  /// checkpoints and gradient checks.
  mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void) throws(Failure)

  /// Shows the numbers that training collects without a gradient: running means and variances.
  mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void) throws(Failure)

  /// Takes in what the last `forward` with `scratch` saw of the data. Called once for every
  /// micro-batch, in their order, so that the result does not depend on the threads.
  ///
  /// - Parameter share: the micro-batch's share of its batch, 0 to 1: a batch counts the same in
  ///   however many parts it comes.
  mutating func updateStatistics(from scratch: Scratch, share: Float)
}

/// A layer or a network that only answers: from the input to the output.
public typealias Inference = @Sendable (Tensor) -> Tensor

// Most layers have no parameters, and fewer collect statistics.
extension Layer {
  /// Computes nothing beforehand.
  public func prepared() -> Inference { { self($0) } }

  /// Shows nothing: for layers without parameters.
  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {}

  /// Shows nothing: for layers that collect no statistics.
  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {}

  /// Changes nothing: for layers that collect no statistics.
  public mutating func updateStatistics(from scratch: Scratch, share: Float) {}
}

/// Why a layer cannot follow another.
public struct ShapeError: Error, Equatable, CustomStringConvertible {
  /// The layer, what it takes and what it was given, in one line.
  public let description: String

  /// An error with this text.
  public init(_ description: String) { self.description = description }
}

/// The shape after a layer whose input has been checked before, when its network was built; a
/// programmer's mistake otherwise.
func checkedShape(after layer: some Layer, _ input: Shape) -> Shape {
  do { return try layer.outputShape(for: input) } catch { preconditionFailure("\(error)") }
}
