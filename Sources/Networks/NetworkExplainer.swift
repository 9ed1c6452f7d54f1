public import Tensors

/// Tells what in a picture speaks for a class, and what the network's first layer finds in it.
public struct NetworkExplainer: Sendable {
  /// The network as it infers: it normalizes by what it saw in training, and drops nothing.
  private let body: Sequential
  private let preprocessing: Preprocessing
  /// Rows and columns of a picture.
  public let side: (rows: Int, columns: Int)
  /// The number of classes.
  public let classes: Int

  /// The pictures on the way from empty paper to the picture.
  static let steps = 32

  /// - Returns: nil for a network of towers, or that takes several values a pixel.
  public init?(checkpoint: Checkpoint) {
    let architecture = checkpoint.network.architecture
    let layers = checkpoint.network.body.layers
    guard architecture.input[2] == 1, !layers.contains(where: { $0 is Towers }) else { return nil }
    body = Self.inferring(checkpoint.network.body)
    preprocessing = checkpoint.preprocessing
    side = (architecture.input[0], architecture.input[1])
    classes = architecture.classes
  }

  private static func inferring(_ body: Sequential) -> Sequential {
    Sequential(
      body.layers.filter { !($0 is Dropout) }.map { layer in
        switch layer {
        case let normalization as BatchNorm2d: FixedBatchNorm2d(normalization)
        case let residual as Residual: Residual(inferring(residual.body))
        default: layer
        }
      })
  }

  /// How much each pixel speaks for a class, against the other classes.
  ///
  /// The class's logit less the mean of all logits, attributed to pixels by integrated gradients from empty paper:
  /// `(x - x0) · mean of d(logit) / dx` over pictures between the two. The values sum to the difference of that
  /// between picture and paper, but for the finite number of steps.
  ///
  /// - Parameter tile: rows · columns values, 0 paper to 1 ink, row by row.
  /// - Parameter label: a class, from 0.
  /// - Source: M. Sundararajan, A. Taly, Q. Yan, "Axiomatic attribution for deep networks", ICML 2017, equation 1.
  public func evidence(in tile: [Float], for label: Int) -> [Float] {
    precondition(tile.count == side.rows * side.columns && label < classes)
    let paper = preprocessing(0)
    let picture = tile.map { preprocessing($0) }
    let images = input(
      (0..<Self.steps).map { step in
        let share = (Float(step) + 0.5) / Float(Self.steps)
        return picture.map { paper + share * ($0 - paper) }
      })
    var (scratch, generator) = (Sequential.Scratch(), SplitMix64(seed: 0))
    _ = body.forward(images, in: &scratch, using: &generator)
    var direction = Tensor(uninitialized: Shape(Self.steps, classes))
    direction.withMutableValues { values in
      for index in values.indices {
        values[index] = (index % classes == label ? 1 : 0) - 1 / Float(classes)
      }
    }
    let gradients = body.backward(direction, input: images, in: &scratch).values
    return picture.indices.map { pixel in
      let sum = (0..<Self.steps).reduce(Float(0)) { $0 + gradients[$1 * picture.count + pixel] }
      return (picture[pixel] - paper) * sum / Float(Self.steps)
    }
  }

  /// The logits of a picture.
  public func logits(of tile: [Float]) -> [Float] {
    body(input([tile.map { preprocessing($0) }])).values
  }

  /// What the first layer finds: its maps after its activation and the pooling before that, one behind the other.
  ///
  /// - Parameter tile: as for `evidence`.
  /// - Returns: values from 0 up, `[maps, rows, columns]`; empty where the network does not begin with a convolution.
  public func firstMaps(of tile: [Float]) -> Tensor {
    let layers = body.layers
    guard layers.first is Conv2d else { return Tensor() }
    // Normalization and pooling may stand between.
    let end = layers.firstIndex { $0 is ReLU || $0 is Flatten } ?? layers.endIndex
    let last = end < layers.endIndex && layers[end] is ReLU ? end : 0
    let value = layers[...last].reduce(input([tile.map { preprocessing($0) }])) { $1($0) }
    let (rows, columns, maps) = (value.shape[1], value.shape[2], value.shape[3])
    var sorted = Tensor(uninitialized: Shape(maps, rows, columns))
    let values = value.values
    sorted.withMutableValues { result in
      for index in result.indices {
        let (map, place) = (index / (rows * columns), index % (rows * columns))
        result[index] = max(0, values[place * maps + map])
      }
    }
    return sorted
  }

  private func input(_ images: [[Float]]) -> Tensor {
    var tensor = Tensor(uninitialized: Shape(images.count, side.rows, side.columns, 1))
    tensor.withMutableValues { values in
      for (index, value) in images.joined().enumerated() { values[index] = value }
    }
    return tensor
  }
}

/// Batch normalization by what was seen in training, on the way back, too.
private struct FixedBatchNorm2d: Layer {
  /// Factors and summands, `[2, channels]`.
  private let coefficients: Tensor
  /// The same without summands: what a gradient is multiplied by.
  private let factors: Tensor

  init(_ normalization: BatchNorm2d) {
    coefficients = normalization.inferenceCoefficients
    let channels = coefficients.shape[1]
    factors = Tensor(
      coefficients.values.prefix(channels) + Array(repeating: 0, count: channels),
      shape: coefficients.shape)
  }

  func outputShape(for input: Shape) -> Shape { input }

  func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Tensor()
    input.scaledAndShifted(by: coefficients, into: &output)
    return output
  }

  struct Scratch: LayerScratch {
    var needsInputGradient = true
  }

  func forward(
    _ input: Tensor, in scratch: inout Scratch, using _: inout SplitMix64
  ) -> Tensor { self(input) }

  func backward(
    _ outputGradient: Tensor, input: Tensor, in scratch: inout Scratch
  ) -> Tensor {
    var gradient = Tensor()
    outputGradient.scaledAndShifted(by: factors, into: &gradient)
    return gradient
  }
}
