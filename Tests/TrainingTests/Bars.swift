import Datasets
import Networks
import Tensors

@testable import Training

/// Pictures made in code: a bar through the middle, in one of ten directions, moved about, of
/// another thickness each time, and under noise.
enum Bars {
  static func images(count: Int, seed: UInt64) -> LabelledImages {
    var generator = SplitMix64(seed: seed)
    var pixels: [UInt8] = []
    let labels = (0..<count).map { UInt8($0 % 10) }
    for label in labels {
      let angle = (Float(label) + generator.uniform(-0.25, 0.25)) * Float.pi / 10
      let (sine, cosine) = (sin(angle), cos(angle))
      let offset = generator.uniform(-3, 3)
      let halfWidth = generator.uniform(1, 2.5)
      for i in 0..<784 {
        let (row, column) = (Float(i / 28) - 13.5, Float(i % 28) - 13.5)
        let distance = abs(row * cosine - column * sine + offset)
        let ink = min(1, max(0, halfWidth + 0.5 - distance))
        pixels.append(UInt8(min(255, max(0, 200 * ink + 55 * generator.uniform()))))
      }
    }
    return LabelledImages(rows: 28, columns: 28, pixels: pixels, labels: labels)
  }

  private static func sin(_ x: Float) -> Float { Float(series(Double(x))) }
  private static func cos(_ x: Float) -> Float { Float(series(Double(x) + Double.pi / 2)) }
  /// The sine by its series: the same pictures on every machine.
  private static func series(_ x: Double) -> Double {
    var (term, sum) = (x, x)
    for n in 1...20 {
      term *= -x * x / Double(2 * n * (2 * n + 1))
      sum += term
    }
    return sum
  }

  /// A recipe with everything in it, on a network of a few hundred parameters, five steps an epoch
  /// on 170 images.
  static let recipe: Recipe = {
    var recipe = Recipe(
      name: "bars",
      architecture: Architecture(layers: [
        .conv2d(channels: 4, kernel: 5, stride: 2), .maxPool2d(size: 2, stride: 2), .batchNorm2d,
        .relu, .residual([.conv2d(channels: 4, kernel: 3, padding: 1), .batchNorm2d]),
        .dropout(rate: 0.1), .flatten, .dense(outputs: 10),
      ]),
      epochs: 3, batchSize: 33, learningRate: 0.02, schedule: .oneCycle(warmUp: 0.2))
    recipe.labelSmoothing = 0.1
    recipe.average = Recipe.Average(decay: 0.8, from: 0.6)  // begins with step 10
    recipe.augmentation = .standard
    return recipe
  }()
}
