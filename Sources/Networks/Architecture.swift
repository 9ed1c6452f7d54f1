import FoundationEssentials
import Tensors

/// A network as data: what a checkpoint says about it, and all it takes to build it.
public struct Architecture: Hashable, Sendable {
  /// `[rows, columns, channels]` of one input.
  public var input: [Int]
  /// How many logits the last layer gives.
  public var classes: Int
  /// In the order in which they run.
  public var layers: [LayerDescription]

  /// Says nothing yet about whether the layers fit: `Network` finds that out.
  public init(input: [Int] = [28, 28, 1], classes: Int = 10, layers: [LayerDescription]) {
    self.input = input
    self.classes = classes
    self.layers = layers
  }
}

/// One layer as data. The number of inputs follows from the layer before.
public indirect enum LayerDescription: Hashable, Sendable {
  /// `Conv2d`: output channels; side of the kernel, stride and padding in pixels.
  case conv2d(channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0)
  /// `MaxPool2d`: side of the windows and stride, in pixels.
  case maxPool2d(size: Int, stride: Int)
  /// `Upsample2d`: the side of the square that each pixel becomes.
  case upsample2d(factor: Int)
  /// `GlobalAveragePool`: the mean over rows and columns.
  case globalAveragePool
  /// `BatchNorm2d`, with as many channels as its input has.
  case batchNorm2d
  /// `ReLU`: max(input, 0).
  case relu
  /// `Dropout`: the probability of a value to become 0, in 0..<1.
  case dropout(rate: Float)
  /// `Flatten`: one axis for rows, columns and channels.
  case flatten
  /// `Dense`: the number of values it gives.
  case dense(outputs: Int)
  /// `Residual`: the layers beside the shortcut.
  case residual([LayerDescription])
  /// `Towers`: layers side by side, each on some channels.
  case towers([TowerDescription])
}

/// One of `Towers` as data.
public struct TowerDescription: Hashable, Sendable, Codable {
  /// How many channels of the input it takes.
  public var channels: Int
  /// Its layers.
  public var layers: [LayerDescription]

  /// A tower of these layers.
  public init(channels: Int, layers: [LayerDescription]) {
    self.channels = channels
    self.layers = layers
  }
}

extension Architecture {
  /// The network everyone knows: two convolutions with ReLU and pooling, two dense layers.
  public static let reference = Architecture(layers: [
    .conv2d(channels: 32, kernel: 3), .relu, .maxPool2d(size: 2, stride: 2),
    .conv2d(channels: 64, kernel: 3), .relu, .maxPool2d(size: 2, stride: 2),
    .flatten, .dense(outputs: 128), .relu, .dense(outputs: 10),
  ])

  /// A narrow network with batch normalization, 21,898 parameters: at least 99 % after one epoch.
  public static let quick = pyramid(channels: [8, 16, 32, 48])

  /// The same shape with more channels, 63,146 parameters.
  public static let standard = pyramid(channels: [16, 32, 64, 64])

  /// Half as wide again, because letters must be told from digits, too; with an eleventh class for what is
  /// not a digit, 140,027 parameters.
  public static let photo = pyramid(channels: [24, 48, 96, 96], classes: 11)

  /// Four 3x3 convolutions, the first two pooled; 28 → 26 → 13 → 13 → 6 → 4 → 2 pixels a side.
  ///
  /// The order convolution, pooling, normalization, ReLU is deliberate: normalizing and rectifying
  /// what is left after pooling costs a quarter.
  private static func pyramid(channels: [Int], classes: Int = 10) -> Architecture {
    Architecture(
      classes: classes, layers: pyramidLayers(channels) + [.dense(outputs: classes)])
  }

  private static func pyramidLayers(_ channels: [Int]) -> [LayerDescription] {
    [
      .conv2d(channels: channels[0], kernel: 3), .maxPool2d(size: 2, stride: 2), .batchNorm2d,
      .relu,
      .conv2d(channels: channels[1], kernel: 3, padding: 1), .maxPool2d(size: 2, stride: 2),
      .batchNorm2d, .relu,
      .conv2d(channels: channels[2], kernel: 3), .batchNorm2d, .relu,
      .conv2d(channels: channels[3], kernel: 3), .batchNorm2d, .relu, .flatten,
    ]
  }

  /// A tile, and what stands around it near and far: a tower for each, one layer that weighs them against
  /// each other.
  public static let page = Architecture(
    input: [28, 28, 4], classes: 26,
    layers: [
      .towers([
        TowerDescription(channels: 1, layers: pyramidLayers([24, 48, 96, 96])),
        TowerDescription(channels: 3, layers: pyramidLayers([16, 32, 48, 64])),
      ]),
      .dense(outputs: 128), .batchNorm2d, .relu, .dense(outputs: 26),
    ])
}

extension Architecture {
  /// Finds digits on a whole page: for each square of 4 x 4 pixels, what stands around it. The input's extents are those of
  /// training; any multiple of 16 will do.
  ///
  /// A line in the middle sees the page at a half and a quarter of that size, so that a digit is seen with about
  /// four times its height around it.
  ///
  /// - Source: A. Newell et al., "Stacked hourglass networks for human pose estimation", ECCV 2016, section 3.
  public static let finder = Architecture(
    input: [128, 128, 1], classes: 25,
    layers: [
      .conv2d(channels: 16, kernel: 5, stride: 2, padding: 2), .batchNorm2d, .relu,
      .conv2d(channels: 32, kernel: 3, stride: 2, padding: 1), .batchNorm2d, .relu,
    ] + same(48) + [
      .residual(same(48) + same(48)),
      .residual(
        [.maxPool2d(size: 2, stride: 2)] + same(48) + [
          .residual(
            [.maxPool2d(size: 2, stride: 2)] + same(48) + same(48) + [.upsample2d(factor: 2)])
        ] + same(48) + [.upsample2d(factor: 2)]),
    ] + same(48) + [
      .residual(same(48) + same(48)),
      .conv2d(channels: 25, kernel: 1),
    ])

  /// A convolution that keeps the extents.
  private static func same(_ channels: Int) -> [LayerDescription] {
    [.conv2d(channels: channels, kernel: 3, padding: 1), .batchNorm2d, .relu]
  }
}

// As JSON: {"classes": 10, "input": [28, 28, 1], "layers": [{"type": "conv2d", "channels": 32, …}]}

extension Architecture: Codable {
  /// The architecture as one line of JSON, keys in alphabetical order.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // Only a dropout rate that is no number could fail, and `Network` refuses those.
    guard let data = try? encoder.encode(self) else { preconditionFailure("\(self)") }
    return String(decoding: data, as: UTF8.self)
  }

  /// Reads what `json` writes.
  ///
  /// - Throws: `ShapeError` when the text is no architecture.
  public init(json: String) throws(ShapeError) {
    do {
      self = try JSONDecoder().decode(Architecture.self, from: Data(json.utf8))
    } catch let error as ShapeError {
      throw error
    } catch {
      throw ShapeError("the architecture is not what this program writes")
    }
  }
}

extension LayerDescription: Codable {
  private enum Key: String, CodingKey {
    case type, channels, kernel, stride, padding, size, factor, rate, outputs, layers, towers
  }

  /// One object: `type`, the case's name, and the case's numbers under their labels; `dense` has
  /// `outputs`, `residual` an array `layers`, `towers` an array of `channels` and `layers`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(typeName, forKey: .type)
    switch self {
    case .conv2d(let channels, let kernel, let stride, let padding):
      try container.encode(channels, forKey: .channels)
      try container.encode(kernel, forKey: .kernel)
      try container.encode(stride, forKey: .stride)
      try container.encode(padding, forKey: .padding)
    case .maxPool2d(let size, let stride):
      try container.encode(size, forKey: .size)
      try container.encode(stride, forKey: .stride)
    case .upsample2d(let factor): try container.encode(factor, forKey: .factor)
    case .dropout(let rate): try container.encode(rate, forKey: .rate)
    case .dense(let outputs): try container.encode(outputs, forKey: .outputs)
    case .residual(let layers): try container.encode(layers, forKey: .layers)
    case .towers(let towers): try container.encode(towers, forKey: .towers)
    case .globalAveragePool, .batchNorm2d, .relu, .flatten: break
    }
  }

  /// Reads what `encode` writes. No number may be missing: defaults are not filled in.
  ///
  /// - Throws: `ShapeError` for an unknown type, `DecodingError` for a missing or unfit value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func number(_ key: Key) throws -> Int { try container.decode(Int.self, forKey: key) }
    let type = try container.decode(String.self, forKey: .type)
    switch type {
    case "conv2d":
      self = .conv2d(
        channels: try number(.channels), kernel: try number(.kernel),
        stride: try number(.stride), padding: try number(.padding))
    case "maxPool2d": self = .maxPool2d(size: try number(.size), stride: try number(.stride))
    case "upsample2d": self = .upsample2d(factor: try number(.factor))
    case "globalAveragePool": self = .globalAveragePool
    case "batchNorm2d": self = .batchNorm2d
    case "relu": self = .relu
    case "dropout": self = .dropout(rate: try container.decode(Float.self, forKey: .rate))
    case "flatten": self = .flatten
    case "dense": self = .dense(outputs: try number(.outputs))
    case "residual":
      self = .residual(try container.decode([LayerDescription].self, forKey: .layers))
    case "towers":
      self = .towers(try container.decode([TowerDescription].self, forKey: .towers))
    default: throw ShapeError("there is no layer of type \(type)")
    }
  }

  var typeName: String {
    switch self {
    case .conv2d: "conv2d"
    case .maxPool2d: "maxPool2d"
    case .upsample2d: "upsample2d"
    case .globalAveragePool: "globalAveragePool"
    case .batchNorm2d: "batchNorm2d"
    case .relu: "relu"
    case .dropout: "dropout"
    case .flatten: "flatten"
    case .dense: "dense"
    case .residual: "residual"
    case .towers: "towers"
    }
  }
}
