public import Datasets
public import Networks
import Tensors
public import Workers

/// Training as a value that takes one step at a time: it can be stopped after any step, saved, and
/// taken up again as if it had never stopped.
///
/// Equal seeds give equal networks, bit by bit, whatever the number of threads: chance is drawn in
/// one order, gradients are added in the order of the micro-batches, and batch statistics belong to
/// the micro-batch.
public struct Trainer: Sendable {
  /// The recipe that it follows.
  public let recipe: Recipe
  /// The normalization of pixels before the network sees them.
  public let preprocessing = Preprocessing.mnist
  /// Whole batches in an epoch.
  public let stepsPerEpoch: Int
  /// How many images, or parts of pages, were given; what the recipe draws comes on top.
  public let trainingImages: Int
  /// All steps of the training.
  public var steps: Int { stepsPerEpoch * recipe.epochs }

  // The state: all of it is saved and resumed.
  var network: Network
  var optimizer: Adam
  var average: MovingAverage?
  var generator: SplitMix64
  /// The generator as it was when the epoch's order was drawn, so that the order can be drawn again.
  var generatorAtEpoch: SplitMix64
  /// Steps taken so far.
  public internal(set) var step = 0
  /// The sum of the mean losses of this epoch's steps.
  var epochLoss = 0.0

  // What follows from the state, or is only scratch memory.
  private let data: TrainingData
  private var order: [Int] = []
  private var microBatches: [MicroBatch]
  /// For each micro-batch, the gradient of every parameter.
  private var gradients: [[Tensor]]
  private let ranges: [Range<Int>]

  /// - Throws: `ShapeError` when there are fewer images than a batch takes, or they do not fit the
  ///   network.
  public init(recipe: Recipe, data: LabelledImages, seed: UInt64) throws(ShapeError) {
    guard recipe.batchSize <= data.count else {
      throw ShapeError(
        "a batch of \(recipe.batchSize) images cannot be taken from \(data.count) training images")
    }
    guard recipe.architecture.input == [data.rows, data.columns, data.channels] else {
      throw ShapeError(
        "the network takes \(recipe.architecture.input), the images are "
          + "\([data.rows, data.columns, data.channels])")
    }
    var generator = SplitMix64(seed: seed)
    var drawn = data
    // Beside pages they have surroundings, too: they came with the data.
    if let drawings = recipe.drawings, recipe.pages == 0 {
      var own = generator.split()
      drawn = data.adding(drawings, using: &own)
    }
    try self.init(recipe, .images(drawn), given: data.count, generator)
  }

  /// A trainer of a network that finds digits.
  ///
  /// - Throws: `ShapeError` when there are fewer crops than a batch takes.
  public init(recipe: Recipe, crops: [PageCrop], seed: UInt64) throws(ShapeError) {
    precondition(recipe.findsDigits, "\(recipe.name) does not find digits")
    guard recipe.batchSize <= crops.count else {
      throw ShapeError(
        "a batch of \(recipe.batchSize) parts of pages cannot be taken from \(crops.count)")
    }
    try self.init(recipe, .crops(crops), given: crops.count, SplitMix64(seed: seed))
  }

  private init(
    _ recipe: Recipe, _ data: TrainingData, given: Int, _ generator: SplitMix64
  ) throws(ShapeError) {
    self.recipe = recipe
    self.generator = generator
    trainingImages = given
    self.data = data
    stepsPerEpoch = data.count / recipe.batchSize
    network = try Network(recipe.architecture, using: &self.generator)
    optimizer = recipe.optimizer
    generatorAtEpoch = self.generator
    ranges = MicroBatch.ranges(of: recipe.batchSize, size: recipe.microBatchSize)
    microBatches = ranges.map { _ in MicroBatch() }
    gradients = ranges.map { _ in [] }
  }

  /// Whether all steps have been taken.
  public var isFinished: Bool { step >= steps }
  /// The epoch of the next step, from 1; the last one when training has finished.
  public var epoch: Int { min(step / stepsPerEpoch, recipe.epochs - 1) + 1 }
  /// Steps taken in the epoch of the last step.
  public var stepInEpoch: Int { step == 0 ? 0 : (step - 1) % stepsPerEpoch + 1 }
  /// The mean loss of the epoch of the last step, so far.
  public var meanLoss: Double { stepInEpoch == 0 ? 0 : epochLoss / Double(stepInEpoch) }
  /// The network as it is to be used: the moving average where the recipe has one.
  public var result: Network { average?.network ?? network }

  /// Whether all weights, and what the optimizer and the average keep, are numbers.
  public var isFinite: Bool {
    var copy = self
    var isFinite = true
    func look(_ name: String, _ tensor: inout Tensor) { isFinite = isFinite && tensor.isFinite }
    copy.network.visitState(look)
    copy.optimizer.visitState(look)
    copy.average?.visitState(look)
    return isFinite
  }

  /// Learns from the next batch.
  ///
  /// - Returns: the mean loss over the batch.
  @discardableResult
  public mutating func takeStep(on team: WorkerTeam) -> Double {
    precondition(!isFinished, "all \(steps) steps have been taken")
    if step % stepsPerEpoch == 0 { beginEpoch() } else if order.isEmpty { redrawOrder() }
    runMicroBatches(on: team)
    var loss = 0.0
    for index in microBatches.indices {
      microBatches[index].visitGradients { gradients[index].append($0) }
      microBatches[index].updateStatistics(of: &network)
      loss += microBatches[index].loss
    }
    step += 1
    let factor = recipe.schedule.factor(step: step, of: steps)
    network.update(
      with: &optimizer, bySumOf: gradients, learningRate: recipe.learningRate * factor, on: team)
    // Let go of before the next pass, which would otherwise have to write elsewhere.
    for index in gradients.indices { gradients[index].removeAll(keepingCapacity: true) }
    updateAverage()
    loss /= Double(recipe.batchSize)
    epochLoss += loss
    return loss
  }

  private mutating func beginEpoch() {
    generatorAtEpoch = generator
    order = generator.permutation(of: data.count)
    epochLoss = 0
  }

  /// After resuming in the middle of an epoch.
  private mutating func redrawOrder() {
    var generator = generatorAtEpoch
    order = generator.permutation(of: data.count)
  }

  private mutating func runMicroBatches(on team: WorkerTeam) {
    let work = MicroBatch.Work(
      network: network, data: data, preprocessing: preprocessing,
      augmentation: recipe.augmentation, labelSmoothing: recipe.labelSmoothing,
      scale: 1 / Float(recipe.batchSize), order: order,
      firstOfBatch: step % stepsPerEpoch * recipe.batchSize, ranges: ranges,
      generator: generator.split())
    team.forEach(of: &microBatches, with: work) { index, microBatch, work in
      microBatch.run(work, index)
    }
  }

  private mutating func updateAverage() {
    guard let plan = recipe.average, plan.hasBegun(by: step, of: steps) else { return }
    if average == nil {
      average = MovingAverage(of: network, decay: plan.decay)
    } else {
      average?.update(with: &network)
    }
  }
}
