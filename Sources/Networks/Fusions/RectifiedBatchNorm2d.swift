import Tensors

/// A batch normalization with the ReLU behind it, which saves a pass over the memory in each
/// direction.
struct RectifiedBatchNorm2d: FusedLayer {
  private var normalization: BatchNorm2d

  static func match(_ layers: ArraySlice<any Layer>) -> (layer: any Layer, count: Int)? {
    guard let normalization = layers.first as? BatchNorm2d, layers.dropFirst().first is ReLU
    else { return nil }
    return (RectifiedBatchNorm2d(normalization: normalization), 2)
  }

  var layers: [any Layer] { [normalization, ReLU()] }

  func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try normalization.outputShape(for: input)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { prepared()(input) }

  func prepared() -> Inference { normalization.prepared(relu: true) }

  func forward(
    _ input: Tensor, in scratch: inout BatchNorm2d.Scratch, using _: inout SplitMix64
  ) -> Tensor {
    normalization.forward(input, relu: true, in: &scratch)
  }

  func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout BatchNorm2d.Scratch
  ) -> Tensor {
    normalization.backward(outputGradient, input: input, relu: true, in: &scratch)
  }

  mutating func visitParameters<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try normalization.visitParameters(visit) }

  mutating func visitStatistics<Failure: Error>(
    _ visit: (_ name: String, _ value: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) { try normalization.visitStatistics(visit) }

  mutating func updateStatistics(from scratch: BatchNorm2d.Scratch, share: Float) {
    normalization.updateStatistics(from: scratch, share: share)
  }
}
