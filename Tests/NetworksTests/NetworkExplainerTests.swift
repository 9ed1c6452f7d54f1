import Tensors
import Testing

@testable import Networks

/// What speaks for a class, and the maps of the first layer.
@Suite struct NetworkExplainerTests {
  private static let layers: [LayerDescription] = [
    .conv2d(channels: 4, kernel: 3, stride: 1, padding: 0), .maxPool2d(size: 2, stride: 2),
    .batchNorm2d, .relu,
    .residual([.conv2d(channels: 4, kernel: 3, stride: 1, padding: 1), .batchNorm2d]),
    .flatten, .dropout(rate: 0.5), .dense(outputs: 10),
  ]

  /// A network whose normalization has seen other numbers than 0 and 1.
  private func checkpoint(_ layers: [LayerDescription] = layers) throws -> Checkpoint {
    var generator = SplitMix64(seed: 4)
    var network = try Network(
      Architecture(input: [8, 8, 1], classes: 10, layers: layers), using: &generator)
    network.visitState { name, value in
      value.withMutableValues { values in
        for index in values.indices where name.contains("running") || name.contains("bias") {
          values[index] = 0.3 + 0.1 * Float(index % 3)
        }
      }
    }
    return Checkpoint(network: network, preprocessing: .mnist)
  }

  private let tile: [Float] = (0..<64).map { $0 % 8 == 3 || $0 / 8 == 5 ? 0.9 : 0 }

  @Test func itAnswersAsTheNetworkDoes() throws {
    let checkpoint = try checkpoint()
    let explainer = try #require(NetworkExplainer(checkpoint: checkpoint))
    var image = Tensor(uninitialized: Shape(1, 8, 8, 1))
    image.withMutableValues { values in
      for index in values.indices { values[index] = checkpoint.preprocessing(tile[index]) }
    }
    let expected = checkpoint.network(image).values
    for (one, other) in zip(explainer.logits(of: tile), expected) {
      #expect(abs(one - other) < 1e-4)
    }
  }

  /// Completeness: proposition 1 of the source.
  @Test(arguments: 0..<10) func evidenceSumsToWhatThePictureChanges(label: Int) throws {
    let explainer = try #require(NetworkExplainer(checkpoint: try checkpoint()))
    func contrast(_ tile: [Float]) -> Float {
      let logits = explainer.logits(of: tile)
      return logits[label] - logits.reduce(0, +) / 10
    }
    let evidence = explainer.evidence(in: tile, for: label)
    let change = contrast(tile) - contrast([Float](repeating: 0, count: 64))
    #expect(abs(evidence.reduce(0, +) - change) < 0.03 * max(1, abs(change)))
    // Paper says nothing.
    #expect(zip(tile, evidence).allSatisfy { $0 > 0 || $1 == 0 })
    #expect(evidence.contains { abs($0) > 1e-3 })
  }

  @Test func theFirstMapsAreThoseOfTheFirstLayers() throws {
    let checkpoint = try checkpoint()
    let explainer = try #require(NetworkExplainer(checkpoint: checkpoint))
    let maps = explainer.firstMaps(of: tile)
    #expect(maps.shape == Shape(4, 3, 3))
    #expect(maps.values.allSatisfy { $0 >= 0 } && maps.values.contains { $0 > 0 })
    // Layer by layer, without any folding.
    var image = Tensor(uninitialized: Shape(1, 8, 8, 1))
    image.withMutableValues { values in
      for index in values.indices { values[index] = checkpoint.preprocessing(tile[index]) }
    }
    let plain = checkpoint.network.body.layers[..<4].reduce(image) { $1($0) }.values
    let values = maps.values
    for map in 0..<4 {
      for place in 0..<9 { #expect(abs(values[9 * map + place] - plain[4 * place + map]) < 1e-4) }
    }
  }

  @Test func networksOfOtherKinds() throws {
    let tower: [LayerDescription] = [
      .towers([.init(channels: 1, layers: [.flatten, .dense(outputs: 10)])])
    ]
    #expect(NetworkExplainer(checkpoint: try checkpoint(tower)) == nil)
    let flat: [LayerDescription] = [.flatten, .dense(outputs: 10)]
    let explainer = try #require(NetworkExplainer(checkpoint: try checkpoint(flat)))
    #expect(explainer.firstMaps(of: tile).count == 0)
  }
}
