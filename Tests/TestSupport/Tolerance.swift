public import Tensors

/// The largest difference between two values at the same place; infinite when the shapes differ or a
/// value is no number.
public func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape == b.shape else { return .infinity }
  return zip(a.values, b.values).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// The largest absolute value; 0 for an empty tensor.
public func largestMagnitude(_ tensor: Tensor) -> Float {
  tensor.values.reduce(0) { max($0, abs($1)) }
}

extension Tensor {
  /// Values in random order, no two closer than `gap` and none closer than `gap / 2` to 0: a step
  /// smaller than that crosses no kink of ReLU and turns no maximum into another.
  public init(wellSeparated gap: Float, shape: Shape, using generator: inout SplitMix64) {
    let half = Float(shape.count / 2)
    let places = generator.permutation(of: shape.count)
    self.init(places.map { (Float($0) + 0.5 - half) * gap }, shape: shape)
  }
}
