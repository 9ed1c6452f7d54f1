public import Tensors

/// A body of layers with a shortcut around it: `output = input + body(input)`.
///
/// - Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016, equation 1.
public struct Residual: Layer {
  public private(set) var body: Sequential

  public init(_ body: Sequential) { self.body = body }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let shape = try body.outputShape(for: input)
    guard shape == input else {
      throw ShapeError("a residual body must keep the shape: \(input) became \(shape)")
    }
    return shape
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = body(input)
    output.add(input)
    return output
  }

  public func forward(
    _ input: Tensor, in workspace: inout Workspace, using generator: inout SplitMix64
  ) -> Tensor {
    if workspace.inner.isEmpty { workspace.inner.append(Workspace()) }
    workspace.output.copy(body.forward(input, in: &workspace.inner[0], using: &generator))
    workspace.output.add(input)
    return workspace.output
  }

  /// dInput = dY + body's way back of dY.
  public func backward(
    _ outputGradient: Tensor, input: Tensor, in workspace: inout Workspace
  ) -> Tensor {
    workspace.inner[0].needsInputGradient = workspace.needsInputGradient
    let bodyGradient = body.backward(outputGradient, input: input, in: &workspace.inner[0])
    guard workspace.needsInputGradient else { return Tensor() }
    workspace.inputGradient.copy(outputGradient)
    workspace.inputGradient.add(bodyGradient)
    return workspace.inputGradient
  }

  public mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try body.visitParameters(visit) }

  public mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try body.visitStatistics(visit) }

  public mutating func updateStatistics(from workspace: Workspace, share: Float) {
    body.updateStatistics(from: workspace.inner[0], share: share)
  }
}
