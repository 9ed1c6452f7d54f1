public import Tensors

/// The scratch of a layer of any type: for who runs layers without knowing which, as `Sequential` does.
///
/// It belongs to the first layer that runs with it, and checks that every `backward` has a `forward`
/// before it. A value, to be kept from step to step: its tensors keep their memory.
public struct Workspace: Sendable {
  /// Whether `backward` shall find the gradient by the input; the first layer of a network can do
  /// without. To be set before `forward`.
  public var needsInputGradient = true
  /// Of the layer's type; nil before the first `forward`.
  private var pass: (any TrainingPass)?
  /// Whether there is a `forward` that no `backward` has gone through yet.
  private var awaitsBackward = false

  /// A workspace that takes its memory in the first pass.
  public init() {}

  /// Shows the gradient of every parameter, in the order of `visitParameters`; none before `backward`.
  public func visitGradients(_ visit: (Tensor) -> Void) { pass?.visitGradients(visit) }

  fileprivate mutating func forward<L: Layer>(
    _ layer: L, _ input: Tensor, using generator: inout SplitMix64
  ) -> Tensor {
    if pass == nil { pass = PassOf<L>() }
    awaitsBackward = true
    return pass!.forward(
      layer, input, needsInputGradient: needsInputGradient, using: &generator)
  }

  fileprivate mutating func backward<L: Layer>(
    _ layer: L, _ outputGradient: Tensor, input: Tensor
  ) -> Tensor {
    // `fatalError`, since optimized code does not print the text of a precondition.
    guard awaitsBackward else { fatalError("backward of \(L.self) without a forward before it") }
    awaitsBackward = false
    return pass!.backward(layer, outputGradient, input: input)
  }

  fileprivate func scratch<L: Layer>(of _: L.Type) -> L.Scratch {
    guard let pass else { fatalError("statistics of \(L.self) without a forward") }
    return checked(pass, as: PassOf<L>.self).scratch
  }
}

extension Layer {
  /// `forward` with a scratch that the workspace holds.
  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using generator: inout SplitMix64
  ) -> Tensor {
    workspace.forward(self, input, using: &generator)
  }

  /// `backward` through the last `forward` with this workspace.
  ///
  /// - Precondition: there was one, and no other `backward` since.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    workspace.backward(self, outputGradient, input: input)
  }

  /// Takes in what the last `forward` with this workspace saw of the data.
  ///
  /// - Precondition: there was one.
  public mutating func updateStatistics(from workspace: Workspace, share: Float) {
    updateStatistics(from: workspace.scratch(of: Self.self), share: share)
  }
}

/// Training passes of a layer whose type is known to the value alone.
///
/// A value of such a type is changed in place, which allocates nothing; taking a scratch out of it and
/// putting it back would.
private protocol TrainingPass: Sendable {
  mutating func forward(
    _ layer: some Layer, _ input: Tensor, needsInputGradient: Bool,
    using generator: inout SplitMix64
  ) -> Tensor
  mutating func backward(
    _ layer: some Layer, _ outputGradient: Tensor, input: Tensor
  ) -> Tensor
  func visitGradients(_ visit: (Tensor) -> Void)
}

private struct PassOf<L: Layer>: TrainingPass {
  var scratch = L.Scratch()

  mutating func forward(
    _ layer: some Layer, _ input: Tensor, needsInputGradient: Bool,
    using generator: inout SplitMix64
  ) -> Tensor {
    scratch.needsInputGradient = needsInputGradient
    return checked(layer, as: L.self).forward(input, in: &scratch, using: &generator)
  }

  mutating func backward(
    _ layer: some Layer, _ outputGradient: Tensor, input: Tensor
  ) -> Tensor {
    checked(layer, as: L.self).backward(outputGradient, input: input, in: &scratch)
  }

  func visitGradients(_ visit: (Tensor) -> Void) { scratch.visitGradients(visit) }
}

private func checked<Value, Expected>(_ value: Value, as _: Expected.Type) -> Expected {
  guard let value = value as? Expected else {
    fatalError("a workspace of \(Expected.self), used for \(type(of: value))")
  }
  return value
}
