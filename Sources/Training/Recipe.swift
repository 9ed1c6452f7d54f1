public import Datasets
import Drawing
public import Networks

/// Everything about a training run but the data, the seed and the machine.
public struct Recipe: Sendable {
  /// The name that `train --recipe` knows it by.
  public var name: String
  /// The network that is trained.
  public var architecture: Architecture
  /// Passes over the training images, at least 1.
  public var epochs: Int
  /// Images per step. What is left over at the end of an epoch is not used in that epoch.
  public var batchSize: Int
  /// The maximum number of images in a micro-batch. Batch statistics are taken over a micro-batch, so another number
  /// gives another (equally good) network.
  public var microBatchSize = 32
  /// The highest learning rate.
  public var learningRate: Float
  /// The factor on the learning rate, step by step.
  public var schedule: LearningRateSchedule
  /// The decay of the first moments of Adam.
  public var beta1: Float = 0.9
  /// The decay of the second moments of Adam.
  public var beta2: Float = 0.999
  /// The share of the truth that is spread evenly over all classes, 0..<1.
  public var labelSmoothing: Float = 0
  /// The result is an exponential moving average of the network over the last part of training.
  public var average: Average?
  /// Random changes to the images of each step.
  public var augmentation = Augmentation.none
  /// The pictures that are drawn and learned beside the training images; nil without any.
  public var drawings: Drawings?
  /// The pages that are drawn, and read up to the network, whose ink is learned beside the training images; 0
  /// where the network sees nothing but tiles.
  public var pages = 0

  /// An exponential moving average of the network.
  public struct Average: Sendable, Hashable {
    /// The share of the old average that each step leaves, 0..<1.
    public var decay: Float
    /// The share of all steps after which the average begins.
    public var from: Double

    func hasBegun(by step: Int, of steps: Int) -> Bool { Double(step) > from * Double(steps) }
  }

  /// Whether the network finds digits on pages, and learns from parts of them instead of from single digits.
  public var findsDigits: Bool { architecture == .finder }

  /// Every recipe, as the help of `train` lists them.
  public static let all: [Recipe] = [quick, standard, photo, page, finder, reference]

  /// One epoch, no augmentation: 99 % in a few seconds.
  public static let quick = Recipe(
    name: "quick", architecture: .quick, epochs: 1, batchSize: 128, learningRate: 0.03,
    schedule: .warmUpLinear(warmUp: 0.15), beta1: 0.8, beta2: 0.99, labelSmoothing: 0.1)

  /// A wider network, six epochs of distorted digits, weights averaged at the end: 99.6 %.
  public static let standard = Recipe(
    name: "standard", architecture: .standard, epochs: 6, batchSize: 128, learningRate: 0.02,
    schedule: .warmUpLinear(warmUp: 0.1), beta1: 0.9, beta2: 0.99, labelSmoothing: 0.1,
    average: Average(decay: 0.995, from: 0.8), augmentation: .standard)

  /// For pages: half as wide again as `standard`, and it also learns to know what is not a digit, as class 10.
  public static let photo: Recipe = {
    var recipe = standard
    recipe.name = "photo"
    recipe.architecture = .photo
    recipe.epochs = 14
    recipe.drawings = drawings
    return recipe
  }()

  /// What stands alone: letters, lines, parts of digits, and digits with a drawn pen.
  private static let drawings = Drawings(
    junk: 24_000,
    mixture: JunkMixture([
      .init(.letters, 9), .init(.lines, 6), .init(.fragment, 3), .init(.touchingDigits, 5),
      .init(.turnedDigit, 3),
    ]), digits: 8_000, cutDigits: 14_000)

  /// For documents: it looks at what stands around a piece of ink, too, and learns print and signs beside
  /// digits.
  public static let page: Recipe = {
    var recipe = standard
    recipe.name = "page"
    recipe.architecture = .page
    recipe.epochs = 8
    recipe.labelSmoothing = 0.05
    recipe.drawings = drawings
    recipe.pages = 20_000
    return recipe
  }()

  /// For documents, too: it finds digits on a page, whatever they touch and stand in.
  public static let finder: Recipe = {
    var recipe = Recipe(
      name: "finder", architecture: .finder, epochs: 2, batchSize: 32, learningRate: 0.01,
      schedule: .warmUpLinear(warmUp: 0.05), beta1: 0.9, beta2: 0.99,
      average: Average(decay: 0.99, from: 0.85))
    recipe.microBatchSize = 16
    recipe.pages = 36_000
    return recipe
  }()

  /// The network everyone knows, trained the way everyone does: Adam at 1e-3, plain cross-entropy.
  public static let reference = Recipe(
    name: "reference", architecture: .reference, epochs: 5, batchSize: 128, learningRate: 1e-3,
    schedule: .constant)

  /// The recipe of that name; nil when there is none.
  public static func named(_ name: String) -> Recipe? { all.first { $0.name == name } }

  var optimizer: Adam { Adam(beta1: beta1, beta2: beta2) }
}
