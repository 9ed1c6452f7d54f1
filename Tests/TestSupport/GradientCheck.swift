public import Networks
public import Tensors

// A backward pass is right when it agrees with what the forward pass does. For a direction R of the
// output's shape, the loss ⟨forward(x), R⟩ has a gradient by every coordinate of the input and of
// every parameter; `backward(R)` must give it, and so must (loss(+step) − loss(−step)) / 2 step.

/// How far the step goes either way. Most layers are linear in each single coordinate, so that a
/// large step costs nothing there; for the curved ones (batch normalization, softmax) its error
/// grows with step², 10⁻⁴ here. Much smaller steps would drown in the rounding of `Float`: 6·10⁻⁸ of
/// the output's values, divided by the step.
public let gradientStep: Float = 0x1p-7

/// What `GradientError.relative` may be. Rounding and the step give up to about 3·10⁻⁴ on the shapes
/// of these tests; a wrong factor, sign, axis or index gives 10⁻¹ and more.
public let gradientTolerance: Float = 2e-3

/// The place where a gradient is furthest from the central difference.
public struct GradientError: Sendable, CustomStringConvertible {
  /// `input`, or the parameter's name.
  public var name: String
  /// The place among the tensor's values.
  public var index: Int
  /// What `backward` says.
  public var gradient: Double
  /// What the central difference says.
  public var difference: Double
  /// Their distance, divided by the largest central difference of that tensor (or by 0.1 where all
  /// are smaller: a gradient that is 0 throughout must be so up to rounding).
  public var relative: Float

  /// The parameter, its index and both values.
  public var description: String {
    "gradient of \(name)[\(index)]: \(gradient), central difference: \(difference)"
  }
}

/// The worst coordinate of all gradients of a layer.
///
/// Every evaluation starts from the same state of `generator`, so that a dropout drops the same.
///
/// - Parameter input: no closer than `step` to a kink of the layer.
public func worstGradientError(
  of layer: some Layer, at input: Tensor, step: Float = gradientStep,
  using generator: inout SplitMix64
) throws -> GradientError {
  let output = try layer.outputShape(for: input.shape)
  let direction = Tensor(normal: 1, shape: output, using: &generator)
  let start = generator
  func loss(_ layer: some Layer, _ input: Tensor, _ workspace: inout Workspace) -> Double {
    var generator = start
    return layer.forward(input, in: &workspace, using: &generator).dot(direction)
  }

  var workspace = Workspace()
  _ = loss(layer, input, &workspace)
  let inputGradient = layer.backward(direction, input: input, in: &workspace)
  var gradients: [Tensor] = []
  workspace.visitGradients { gradients.append($0) }

  var room = Workspace()
  var worst = worstGradientError(inputGradient, named: "input", at: input, step: step) {
    loss(layer, $0, &room)
  }
  var parameters: [(name: String, value: Tensor)] = []
  var changed = layer
  changed.visitParameters { parameters.append(($0, $1)) }
  guard gradients.count == parameters.count else {
    worst.name = "\(gradients.count) gradients for \(parameters.count) parameters"
    worst.relative = .infinity
    return worst
  }
  for (index, parameter) in parameters.enumerated() {
    let error = worstGradientError(
      gradients[index], named: parameter.name, at: parameter.value, step: step
    ) { value in
      var place = 0
      changed.visitParameters { _, parameter in
        if place == index { parameter = value }
        place += 1
      }
      return loss(changed, input, &room)
    }
    changed = layer
    if error.relative > worst.relative { worst = error }
  }
  return worst
}

/// The worst coordinate of one gradient.
///
/// - Parameter gradient: what is claimed to be the gradient of `loss` at `point`.
public func worstGradientError(
  _ gradient: Tensor, named name: String, at point: Tensor, step: Float = gradientStep,
  of loss: (Tensor) -> Double
) -> GradientError {
  var worst = GradientError(name: name, index: 0, gradient: 0, difference: 0, relative: 0)
  guard gradient.shape == point.shape else {
    worst.name = "\(name), shape \(gradient.shape) for \(point.shape)"
    worst.relative = .infinity
    return worst
  }
  let differences = (0..<point.count).map { index in
    var (above, below) = (point, point)
    above[index] += step
    below[index] -= step
    // The step that was really taken, after rounding.
    return (loss(above) - loss(below)) / Double(above[index] - below[index])
  }
  let scale = differences.reduce(0.1) { max($0, abs($1)) }
  for (index, difference) in differences.enumerated() {
    let value = Double(gradient[index])
    let error = abs(value - difference) / scale
    if error.isNaN || Float(error) > worst.relative {
      worst = GradientError(
        name: name, index: index, gradient: value, difference: difference,
        relative: error.isNaN ? .infinity : Float(error))
    }
  }
  return worst
}
