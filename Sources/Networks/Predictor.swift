public import Tensors

/// A network prepared for inference: what depends on the weights alone is computed once, and batch
/// normalization is no longer a step of its own where it follows a convolution or a dense layer.
///
/// Its answers are those of the network up to rounding. An immutable value: threads may share it.
public struct Predictor: Sendable {
  /// Steps up to the first dense layer. A few images at a time go through all of them, so that what
  /// lies between two steps stays in cache.
  private let first: [Inference]
  /// The other steps: their weights are read once for the whole batch.
  private let rest: [Inference]

  /// Images that go through `first` together.
  private static let groupSize = 8

  /// Takes a copy of the network's parameters as they are.
  public init(_ network: Network) { self.init(network.body) }

  init(_ body: Sequential) {
    let folded = fused(body.layers, by: inferenceFusions)
    let steps = fused(folded, by: trainingFusions)
    let split = steps.firstIndex { $0 is Dense } ?? steps.endIndex
    first = steps[..<split].map { $0.prepared() }
    rest = steps[split...].map { $0.prepared() }
  }

  /// Logits `[batch, classes]` for normalized images `[batch, rows, columns, channels]`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    rest.reduce(inGroups(images)) { $1($0) }
  }

  private func inGroups(_ images: Tensor) -> Tensor {
    let batch = images.shape[0]
    if batch <= Self.groupSize || first.isEmpty { return first.reduce(images) { $1($0) } }
    var all = Tensor()
    for start in stride(from: 0, to: batch, by: Self.groupSize) {
      let group = images.images(start..<min(start + Self.groupSize, batch))
      let answer = first.reduce(group) { $1($0) }
      if start == 0 { all.resize(to: answer.shape.with(batch: batch)) }
      all.copy(answer, toImage: start)
    }
    return all
  }
}
