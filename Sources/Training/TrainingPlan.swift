public import Bytes
import FoundationEssentials
public import Networks
import Tensors

/// The plan of a training run: all that decides its result, but the data itself.
public struct TrainingPlan: Sendable, Codable, Equatable {
  /// The name of a recipe.
  public var recipe: String
  /// Passes over the training images, 1 to 10,000.
  public var epochs: Int
  /// Images per step, 1 to 65,536.
  public var batchSize: Int
  /// The highest learning rate, above 0, at most 100.
  public var learningRate: Float
  /// Higher ones that the run had before it was taken up again with a smaller one; nil for none.
  public private(set) var earlierLearningRates: [Float]?
  /// Decides the network together with the data.
  public var seed: UInt64
  /// How many of the last training images are held out to measure accuracy on.
  public var validation: Int

  /// A plan of these numbers, which are not checked here.
  public init(
    recipe: String, epochs: Int, batchSize: Int, learningRate: Float, seed: UInt64,
    validation: Int
  ) {
    self.recipe = recipe
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.seed = seed
    self.validation = validation
  }

  /// The same plan from here on with a smaller learning rate: for a run whose loss diverged.
  public func with(smallerLearningRate rate: Float) -> TrainingPlan {
    var plan = self
    plan.earlierLearningRates = (earlierLearningRates ?? []) + [learningRate]
    plan.learningRate = rate
    return plan
  }

  /// Whether both are the same run, before and after a change of the learning rate.
  public func isSameRun(as other: TrainingPlan) -> Bool {
    func first(_ plan: TrainingPlan) -> Float {
      plan.earlierLearningRates?.first ?? plan.learningRate
    }
    var other = other
    guard first(self) == first(other) else { return false }
    (other.learningRate, other.earlierLearningRates) = (learningRate, earlierLearningRates)
    return self == other
  }

  /// A number that no training run can have, by name; nil when there is none.
  var nonsense: String? {
    if !(1...10_000).contains(epochs) { return "epochs \(epochs)" }
    if !(1...65_536).contains(batchSize) { return "batchSize \(batchSize)" }
    if !(learningRate > 0 && learningRate <= 100) { return "learningRate \(learningRate)" }
    return validation < 0 ? "validation \(validation)" : nil
  }

  /// The recipe with the plan's own numbers in place; nil when there is no recipe of that name.
  public var completeRecipe: Recipe? {
    guard var recipe = Recipe.named(recipe) else { return nil }
    recipe.epochs = epochs
    recipe.batchSize = batchSize
    recipe.learningRate = learningRate
    return recipe
  }
}

/// A checkpoint's answer to "where does this come from?".
extension Checkpoint {
  /// The checkpoint of a finished training, with the facts of its plan.
  ///
  /// - Parameter dataChecksum: of the training images, as `LabelledImages.checksum` makes it.
  /// - Parameter trainingImages: how many images were trained on; without those held out and those drawn.
  /// - Parameter validation: how the network reads the images held out; nil without any.
  public init(
    of trainer: Trainer, plan: TrainingPlan, dataChecksum: String, trainingImages: Int,
    validation: Evaluation?, temperature: Float
  ) {
    var facts = [
      "format": "handwritten-digits 1",
      "recipe": plan.recipe,
      "epochs": "\(plan.epochs)",
      "batchSize": "\(plan.batchSize)",
      "learningRate": "\(plan.learningRate)",
      "seed": "\(plan.seed)",
      "trainingImages": "\(trainingImages)",
      "validationImages": "\(plan.validation)",
      "dataCRC32": dataChecksum,
      "layout": "images [batch, rows, columns, channels]; convolution weights [kernel rows, "
        + "kernel columns, input channels, output channels]; dense weights [inputs, outputs]",
    ]
    if let earlier = plan.earlierLearningRates {
      facts["earlierLearningRates"] = earlier.map { "\($0)" }.joined(separator: ", ")
    }
    if let validation { facts["validationAccuracy"] = "\(validation.accuracy)" }
    self.init(
      network: trainer.result, preprocessing: trainer.preprocessing, temperature: temperature,
      facts: facts)
  }
}

/// A training run that was stopped: everything that is needed to go on as if it never had been.
///
/// A safetensors file: the tensors of network, optimizer and moving average, the rest as metadata.
public enum SavedTraining {
  private static let advice = "start the training anew, without --resume"
  private static let format = "handwritten-digits training 1"

  /// Writes the state of a run whole or not at all.
  public static func write(
    _ trainer: Trainer, plan: TrainingPlan, dataChecksum: String, output: String, to path: String
  ) throws {
    try writeFile(
      path, bytes(of: trainer, plan: plan, dataChecksum: dataChecksum, output: output))
  }

  /// The bytes of the state of a run, to be written into a file.
  public static func bytes(
    of trainer: Trainer, plan: TrainingPlan, dataChecksum: String, output: String
  ) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var contents = Safetensors(metadata: [
      "format": format,
      "plan": String(decoding: try encoder.encode(plan), as: UTF8.self),
      "dataCRC32": dataChecksum,
      "output": output,
      "step": "\(trainer.step)",
      "optimizerSteps": "\(trainer.optimizer.steps)",
      "generator": "\(trainer.generator.state)",
      "generatorAtEpoch": "\(trainer.generatorAtEpoch.state)",
      "epochLoss": "\(trainer.epochLoss.bitPattern)",
    ])
    var trainer = trainer
    trainer.network.visitState { contents.tensors.append(("network.\($0)", $1)) }
    trainer.optimizer.visitState { contents.tensors.append(("optimizer.\($0)", $1)) }
    trainer.average?.visitState { contents.tensors.append(("average.\($0)", $1)) }
    return contents.bytes
  }

  /// The contents of a file of a stopped run.
  public struct Description: Sendable {
    /// The plan of the run.
    public let plan: TrainingPlan
    /// The checksum of the data that the run began with.
    public let dataChecksum: String
    /// Where the checkpoint was to be written.
    public let output: String
    let contents: Safetensors
    let file: String
  }

  /// Reads a file that `write` has written.
  ///
  /// - Throws: `FileError` when it cannot be read, or is not a stopped training run.
  public static func read(_ path: String) throws(FileError) -> Description {
    let contents = try Safetensors(contentsOf: path, advice: advice)
    guard contents.metadata["format"] == format, let plan = contents.metadata["plan"],
      let decoded = try? JSONDecoder().decode(TrainingPlan.self, from: Data(plan.utf8)),
      decoded.completeRecipe != nil, let checksum = contents.metadata["dataCRC32"],
      let output = contents.metadata["output"]
    else {
      throw FileError(
        file: path, expected: "a stopped training run", found: "another safetensors file",
        advice: advice)
    }
    if let nonsense = decoded.nonsense {
      throw FileError(
        file: path, expected: "a stopped training run", found: "a plan with \(nonsense)",
        advice: advice)
    }
    return Description(
      plan: decoded, dataChecksum: checksum, output: output, contents: contents, file: path)
  }

  /// Puts a trainer, made by the description's plan, into the saved state.
  public static func restore(_ trainer: inout Trainer, from saved: Description) throws(FileError) {
    let (contents, file) = (saved.contents, saved.file)
    func number<Number: FixedWidthInteger>(_ name: String, _: Number.Type) throws(FileError)
      -> Number
    {
      guard let text = contents.metadata[name], let number = Number(text) else {
        throw FileError(
          file: file, expected: "a whole number as \(name)",
          found: contents.metadata[name] ?? "nothing", advice: advice)
      }
      return number
    }
    let step = try number("step", Int.self)
    guard (0...trainer.steps).contains(step) else {
      throw FileError(
        file: file, expected: "a step up to \(trainer.steps)", found: "\(step)", advice: advice)
    }
    try trainer.network.setState(
      from: contents, prefix: "network.", file: file, advice: advice)
    try trainer.network.checkAnswers(
      preprocessing: trainer.preprocessing, file: file, advice: advice)
    if let plan = trainer.recipe.average, plan.hasBegun(by: step, of: trainer.steps) {
      var network = trainer.network
      try network.setState(from: contents, prefix: "average.", file: file, advice: advice)
      trainer.average = MovingAverage(of: network, decay: plan.decay)
    }
    trainer.optimizer.prepare(for: trainer.network)
    try trainer.optimizer.visitState { (name, value) throws(FileError) in
      guard let tensor = contents["optimizer.\(name)"], tensor.count == value.count,
        tensor.isFinite
      else {
        throw FileError(
          file: file, expected: "\(value.count) finite values as optimizer.\(name)",
          found: contents["optimizer.\(name)"].map { "\($0.shape)" } ?? "none", advice: advice)
      }
      value = tensor
    }
    let optimizerSteps = try number("optimizerSteps", Int.self)
    guard optimizerSteps == step else {
      throw FileError(
        file: file, expected: "\(step) steps of the optimizer", found: "\(optimizerSteps)",
        advice: advice)
    }
    trainer.optimizer.steps = optimizerSteps
    trainer.generator = SplitMix64(seed: try number("generator", UInt64.self))
    trainer.generatorAtEpoch = SplitMix64(seed: try number("generatorAtEpoch", UInt64.self))
    trainer.epochLoss = Double(bitPattern: try number("epochLoss", UInt64.self))
    trainer.step = step
  }
}
