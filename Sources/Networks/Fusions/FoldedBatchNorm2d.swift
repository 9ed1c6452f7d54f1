import Tensors

/// In inference, a batch normalization behind a convolution or a dense layer is part of its weights:
/// factor · (w · x + b) + offset = (factor · w) · x + (factor · b + offset).
enum FoldedBatchNorm2d: Fusion {
  static func match(_ layers: ArraySlice<any Layer>) -> (layer: any Layer, count: Int)? {
    guard let normalization = layers.dropFirst().first as? BatchNorm2d else { return nil }
    switch layers.first {
    case let convolution as Conv2d:
      let (weight, bias) = folded(normalization, weight: convolution.weight, bias: convolution.bias)
      return (Conv2d(weight: weight, bias: bias, window: convolution.window), 2)
    case let dense as Dense:
      let (weight, bias) = folded(normalization, weight: dense.weight, bias: dense.bias)
      return (Dense(weight: weight, bias: bias), 2)
    default: return nil
    }
  }

  /// Weight and bias that do the work of a layer and then of its normalization.
  ///
  /// - Parameter weight: its last axis are the outputs.
  private static func folded(
    _ normalization: BatchNorm2d, weight: Tensor, bias: Tensor
  ) -> (weight: Tensor, bias: Tensor) {
    let coefficients = normalization.inferenceCoefficients
    let factors = coefficients.values.prefix(bias.count)
    let onlyFactors = Tensor(
      factors + Array(repeating: 0, count: bias.count), shape: coefficients.shape)
    var result = (weight: Tensor(), bias: Tensor())
    weight.scaledAndShifted(by: onlyFactors, into: &result.weight)
    bias.scaledAndShifted(by: coefficients, into: &result.bias)
    return result
  }
}
