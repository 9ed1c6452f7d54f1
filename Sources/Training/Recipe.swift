public import Datasets
public import Networks

/// Everything about a training run but the data, the seed and the machine.
public struct Recipe: Sendable {
  public var name: String
  public var architecture: Architecture
  public var epochs: Int
  /// Images per step. What is left over at the end of an epoch is not used in that epoch.
  public var batchSize: Int
  /// The highest learning rate.
  public var learningRate: Float
  public var schedule: LearningRateSchedule
  public var beta1: Float = 0.9
  public var beta2: Float = 0.999
  public var labelSmoothing: Float = 0
  /// The result is an exponential moving average of the network over the last part of training.
  public var average: Average?
  public var augmentation = Augmentation.none
  /// How many pictures that show no digit are drawn and learned as class 10.
  public var junk = 0
  /// How many digits are drawn with the same pen, so that the pen does not tell what is none.
  public var drawnDigits = 0
  /// How many training digits are shown again as they come from between neighbours that touch them.
  public var cutDigits = 0

  public struct Average: Sendable, Hashable {
    public var decay: Float
    /// The share of all steps after which the average begins.
    public var from: Double

    func hasBegun(by step: Int, of steps: Int) -> Bool { Double(step) > from * Double(steps) }
  }

  public static let all: [Recipe] = [quick, standard, photo, reference]

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
    recipe.junk = 24_000
    recipe.drawnDigits = 8_000
    recipe.epochs = 14
    recipe.cutDigits = 14_000
    return recipe
  }()

  /// The network everyone knows, trained the way everyone does: Adam at 1e-3, plain cross-entropy.
  public static let reference = Recipe(
    name: "reference", architecture: .reference, epochs: 5, batchSize: 128, learningRate: 1e-3,
    schedule: .constant)

  public static func named(_ name: String) -> Recipe? { all.first { $0.name == name } }

  var optimizer: Adam { Adam(beta1: beta1, beta2: beta2) }
}
