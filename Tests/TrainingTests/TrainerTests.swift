import Bytes
import Datasets
import Networks
import Tensors
import TestSupport
import Testing
import Workers

@testable import Training

@Suite struct MicroBatchTests {
  @Test(arguments: 1...200) func rangesCoverTheBatchInFewNearlyEqualParts(batchSize: Int) {
    let ranges = MicroBatch.ranges(of: batchSize, size: 32)
    #expect(ranges.first?.lowerBound == 0)
    #expect(ranges.last?.upperBound == batchSize)
    #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    let sizes = ranges.map(\.count)
    #expect(sizes.allSatisfy { $0 >= 1 && $0 <= 32 })
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    #expect(ranges.count == (batchSize + 31) / 32)
  }
}

@Suite struct TrainerTests {
  private static let data = Bars.images(count: 170, seed: 1)
  private static let plan = TrainingPlan(
    recipe: "quick", epochs: 3, batchSize: 33, learningRate: 0.02, seed: 7, validation: 0)

  private func trainer(seed: UInt64 = 7) throws -> Trainer {
    try Trainer(recipe: Bars.recipe, data: Self.data, seed: seed)
  }

  /// The bytes of the checkpoint, the loss of every step in its facts.
  private func bytes(_ trainer: Trainer, losses: [Double] = []) -> [UInt8] {
    Checkpoint(network: trainer.result, facts: ["losses": "\(losses)"]).contents.bytes
  }

  /// A whole training run; after the steps in `stops`, it is saved, thrown away, and taken up again.
  private func run(
    threads: Int, seed: UInt64 = 7, stops: Set<Int> = []
  ) throws -> [UInt8] {
    let team = WorkerTeam(threads: threads)
    var trainer = try trainer(seed: seed)
    var losses: [Double] = []
    let folder = try TemporaryFolder()
    while !trainer.isFinished {
      losses.append(trainer.takeStep(on: team))
      losses.append(trainer.meanLoss)
      guard stops.contains(trainer.step) else { continue }
      try SavedTraining.write(
        trainer, plan: Self.plan, dataChecksum: "c", output: "o", to: folder("saved"))
      // Whatever this trainer has in mind is gone; even its seed was another.
      trainer = try self.trainer(seed: 99)
      try SavedTraining.restore(&trainer, from: SavedTraining.read(folder("saved")))
    }
    return bytes(trainer, losses: losses)
  }

  @Test func equalSeedsGiveEqualBytesOnAnyNumberOfThreads() throws {
    let alone = try run(threads: 1)
    #expect(try run(threads: 1) == alone)
    #expect(try run(threads: 2) == alone)
    #expect(try run(threads: 5) == alone)
    #expect(try run(threads: 1, seed: 8) != alone)
  }

  /// Steps 1 and 7 are in the middle of an epoch, 5 and 10 at its end; the average begins with 10.
  @Test(arguments: [[1], [5], [7], [9], [10], [12], [3, 4, 10, 14], Array(1...15)])
  func aStoppedRunGoesOnAsIfItNeverHadBeen(stops: [Int]) throws {
    #expect(try run(threads: 2, stops: Set(stops)) == run(threads: 1))
  }

  @Test func stepsAndEpochsAreCounted() throws {
    let team = WorkerTeam(threads: 1)
    var trainer = try trainer()
    #expect(trainer.stepsPerEpoch == 5 && trainer.steps == 15 && trainer.trainingImages == 170)
    #expect((trainer.epoch, trainer.stepInEpoch, trainer.meanLoss) == (1, 0, 0))
    for step in 1...15 {
      #expect(trainer.epoch == (step - 1) / 5 + 1)
      trainer.takeStep(on: team)
      #expect(trainer.step == step)
      #expect(trainer.stepInEpoch == (step - 1) % 5 + 1)
      #expect((trainer.average != nil) == (step >= 10))
    }
    #expect(trainer.isFinished)
    #expect(trainer.epoch == 3)
  }

  /// Micro-batches must add up to the batch: without batch statistics, dropout and augmentation one
  /// step on 70 images is one step along the mean of their gradients.
  @Test func aStepFollowsTheMeanGradientOfTheBatch() throws {
    let data = Bars.images(count: 70, seed: 2)
    let architecture = Architecture(layers: [
      .conv2d(channels: 3, kernel: 5, stride: 3), .relu, .flatten, .dense(outputs: 10),
    ])
    let recipe = Recipe(
      name: "plain", architecture: architecture, epochs: 1, batchSize: 70, learningRate: 0.01,
      schedule: .constant)
    var trainer = try Trainer(recipe: recipe, data: data, seed: 3)
    var network = trainer.result
    let loss = trainer.takeStep(on: WorkerTeam(threads: 2))

    var (generator, workspace, logitsGradient) = (SplitMix64(seed: 0), Workspace(), Tensor())
    let images = data.images(0..<70, preprocessing: .mnist)
    let logits = network.body.forward(images, in: &workspace, using: &generator)
    let sum = softmaxCrossEntropy(
      logits, labels: data.labels, scale: 1.0 / 70, gradient: &logitsGradient)
    _ = network.body.backward(logitsGradient, input: images, in: &workspace)
    var gradients: [Tensor] = []
    workspace.visitGradients { gradients.append($0) }
    // The same numbers, added in another order.
    #expect(abs(loss - sum / 70) < 1e-6)
    var optimizer = Adam()
    network.update(with: &optimizer, by: gradients, learningRate: 0.01)
    var (trained, expected) = (trainer.result, network)
    var states: [[Tensor]] = [[], []]
    trained.visitState { _, value in states[0].append(value) }
    expected.visitState { _, value in states[1].append(value) }
    for (one, other) in zip(states[0], states[1]) {
      // Adam's first step is rate · g / |g|: where g is near 0, its rounding decides the sign.
      let differences = zip(one.values, other.values).map { abs($0 - $1) }
      #expect(differences.count { $0 > 1e-5 } <= differences.count / 100)
    }
  }

  /// 100 images in four micro-batches of 25: the shares add up to the whole batch, so that the running
  /// statistics keep 0.975⁴ of what they were.
  @Test func theRunningStatisticsCountABatchOnce() throws {
    let recipe = Recipe(
      name: "norm",
      architecture: Architecture(layers: [.batchNorm2d, .flatten, .dense(outputs: 10)]),
      epochs: 1, batchSize: 100, learningRate: 0.01, schedule: .constant)
    let black = LabelledImages(
      rows: 28, columns: 28, pixels: Array(repeating: 0, count: 100 * 784),
      labels: Array(repeating: 3, count: 100))
    var trainer = try Trainer(recipe: recipe, data: black, seed: 1)
    trainer.takeStep(on: WorkerTeam(threads: 1))
    var statistics: [String: Float] = [:]
    trainer.network.visitState { name, value in statistics[name] = value[0] }
    // Every pixel is (0 − 0.1307) / 0.3081, the variance 0.
    let kept: Float = 0.975 * 0.975 * 0.975 * 0.975
    let mean = try #require(statistics["layers.0.runningMean"])
    let variance = try #require(statistics["layers.0.runningVariance"])
    #expect(abs(mean - (1 - kept) * -0.1307 / 0.3081) < 1e-6)
    #expect(abs(variance - kept) < 1e-6)
  }

  @Test func steadyStepsTakeNoMemoryFromTheSystem() throws {
    let team = WorkerTeam(threads: 1)
    var trainer = try trainer()
    for _ in 0..<12 { trainer.takeStep(on: team) }  // two steps with the average, too
    let before = tensorAllocationsOfThisThread()
    for _ in 0..<3 { trainer.takeStep(on: team) }
    #expect(tensorAllocationsOfThisThread() == before)
  }

  @Test func dataThatDoNotFitAreNamed() throws {
    func message(_ data: LabelledImages) -> String? {
      #expect(throws: ShapeError.self) {
        try Trainer(recipe: Bars.recipe, data: data, seed: 1)
      }?.description
    }
    #expect(
      message(Self.data[0..<32])
        == "a batch of 33 images cannot be taken from 32 training images")
    let small = LabelledImages(
      rows: 2, columns: 3, pixels: Array(repeating: 0, count: 6 * 40),
      labels: Array(repeating: 0, count: 40))
    #expect(message(small) == "the network takes [28, 28, 1], the images are [2, 3, 1]")
  }

  /// The one test of everything together. Chance reads 10 % of the pictures, and a network with one
  /// gradient of the wrong sign fewer. One whose convolutions stand still reads as many as a whole
  /// one, its dense layer does all the work: so every parameter must have moved, too.
  @Test func aFewHundredPicturesAreLearned() throws {
    var recipe = Recipe.quick
    (recipe.epochs, recipe.batchSize, recipe.learningRate) = (3, 50, 0.01)
    let data = Bars.images(count: 500, seed: 3)
    let team = WorkerTeam(threads: 2)
    var trainer = try Trainer(recipe: recipe, data: data, seed: 1)
    var before: [Tensor] = []
    trainer.network.visitState { before.append($1) }
    var first = 0.0
    while !trainer.isFinished {
      let loss = trainer.takeStep(on: team)
      if trainer.step == 1 { first = loss }
    }
    let unseen = Bars.images(count: 300, seed: 4)
    let logits = trainer.result.logits(of: unseen, preprocessing: .mnist, on: team)
    let accuracy = Evaluation(logits: logits, labels: unseen.labels).accuracy
    #expect(first > 2 && trainer.meanLoss < 1)
    #expect(accuracy > 0.95, "\(accuracy)")
    var index = 0
    trainer.network.visitState { name, value in
      let moved = zip(value.values, before[index].values).count { $0 != $1 }
      #expect(moved > value.count * 9 / 10, "\(name)")
      index += 1
    }
  }

  @Test(.enabled(if: hasMNIST(for: "training on a part of MNIST")))
  func aFewThousandDigitsAreLearned() throws {
    let all = try MNIST.training(in: try #require(mnistFolder))
    let team = WorkerTeam(threads: 2)
    var trainer = try Trainer(recipe: .quick, data: all[0..<6000], seed: 1)
    while !trainer.isFinished { trainer.takeStep(on: team) }
    let heldOut = all[59_000..<60_000]
    let logits = trainer.result.logits(of: heldOut, preprocessing: .mnist, on: team)
    let accuracy = Evaluation(logits: logits, labels: heldOut.labels).accuracy
    #expect(accuracy > 0.95, "\(accuracy)")
  }
}

@Suite struct SavedTrainingTests {
  private let folder: TemporaryFolder
  private let contents: Safetensors
  private static let plan = TrainingPlan(
    recipe: "quick", epochs: 3, batchSize: 33, learningRate: 0.02, seed: 7, validation: 11)
  private let advice = "; start the training anew, without --resume"
  private static let data = Bars.images(count: 170, seed: 1)

  /// A run that was stopped after step 12.
  init() throws {
    folder = try TemporaryFolder()
    let team = WorkerTeam(threads: 1)
    var trainer = try Trainer(recipe: Bars.recipe, data: Self.data, seed: 7)
    for _ in 0..<12 { trainer.takeStep(on: team) }
    try SavedTraining.write(
      trainer, plan: Self.plan, dataChecksum: "c", output: "o", to: folder("saved"))
    contents = try Safetensors(contentsOf: folder("saved"))
  }

  /// The message after something in the file was changed.
  private func message(_ change: (inout Safetensors) -> Void) throws -> String? {
    var contents = contents
    change(&contents)
    let path = try folder.write("changed", contents.bytes)
    var trainer = try Trainer(recipe: Bars.recipe, data: Self.data, seed: 7)
    let error = #expect(throws: FileError.self) {
      try SavedTraining.restore(&trainer, from: SavedTraining.read(path))
    }
    return error.map { String($0.description.replacing("\(path): ", with: "", maxReplacements: 1)) }
  }

  @Test func theFileSaysWhatItIs() throws {
    let saved = try SavedTraining.read(folder("saved"))
    #expect(saved.plan == Self.plan)
    #expect(saved.dataChecksum == "c")
    #expect(saved.output == "o")
  }

  @Test func otherFilesAreRefused() throws {
    let text = "expected a stopped training run, found another safetensors file" + advice
    #expect(try message { $0.metadata = [:] } == text)
    for key in ["format", "plan", "dataCRC32", "output"] {
      #expect(try message { $0.metadata[key] = nil } == text, "\(key)")
    }
    #expect(try message { $0.metadata["plan"] = "{}" } == text)
    #expect(
      try message {
        $0.metadata["plan"] = $0.metadata["plan"]?.replacing("quick", with: "slow")
      } == text)
    let path = folder("none")
    let error = #expect(throws: FileError.self) { try SavedTraining.read(path) }
    #expect(
      error?.description
        == "\(path): expected a file that can be read, found No such file or directory" + advice)
  }

  /// Numbers that no run can have would crash the trainer that is made of them.
  @Test(arguments: [
    ("epochs", "3", "0"), ("epochs", "3", "-1"), ("epochs", "3", "9223372036854775807"),
    ("batchSize", "33", "0"), ("batchSize", "33", "-33"), ("learningRate", "0.02", "-1"),
    ("learningRate", "0.02", "0"), ("validation", "11", "-1"),
  ])
  func impossiblePlansAreRefused(name: String, from: String, to: String) throws {
    let text = try message { contents in
      let plan = contents.metadata["plan"] ?? ""
      // 0.02 as a Float may have more digits in the file.
      let parts = plan.split(separator: ",").map { part in
        part.contains("\"\(name)\":")
          ? "\(part.prefix { $0 != ":" }):\(to)" + (part.hasSuffix("}") ? "}" : "") : String(part)
      }
      contents.metadata["plan"] = parts.joined(separator: ",")
    }
    #expect(
      text == "expected a stopped training run, found a plan with \(name) \(to)" + advice
        || text == "expected a stopped training run, found a plan with \(name) \(to).0" + advice)
  }

  @Test func numbersThatAreNoneAreNamed() throws {
    for key in [
      "step", "optimizerSteps", "generator", "generatorAtEpoch", "epochLoss",
    ] {
      #expect(
        try message { $0.metadata[key] = nil }
          == "expected a whole number as \(key), found nothing" + advice)
      #expect(
        try message { $0.metadata[key] = "1.5" }
          == "expected a whole number as \(key), found 1.5" + advice)
    }
  }

  @Test(arguments: ["16", "-1", "9223372036854775807"]) func impossibleStepsAreNamed(
    step: String
  ) throws {
    #expect(
      try message { $0.metadata["step"] = step }
        == "expected a step up to 15, found \(step)" + advice)
    #expect(
      try message { $0.metadata["optimizerSteps"] = step }
        == "expected 12 steps of the optimizer, found \(step)" + advice)
  }

  @Test func everyMissingTensorIsNamed() throws {
    for (index, (name, tensor)) in contents.tensors.enumerated() {
      let text = try message { $0.tensors.remove(at: index) }
      if name.hasPrefix("optimizer.") {
        #expect(
          text == "expected \(tensor.count) finite values as \(name), found none" + advice)
      } else {
        #expect(text == "expected a tensor named \(name), found none" + advice)
      }
    }
  }

  /// Without the average the run would go on, to another result.
  @Test func aMissingAverageIsNamed() throws {
    #expect(
      try message { $0.tensors.removeAll { $0.name.hasPrefix("average.") } }
        == "expected a tensor named average.layers.0.weight, found none" + advice)
  }

  @Test func tensorsThatDoNotFitAreNamed() throws {
    #expect(
      try message { $0.tensors[0].tensor[0] = .nan }
        == "expected finite values in tensor network.layers.0.weight, found one that is NaN or "
        + "infinite" + advice)
    let index = try #require(contents.tensors.firstIndex { $0.name == "optimizer.firstMoment.1" })
    #expect(
      try message { $0.tensors[index].tensor = Tensor(zeros: Shape(5)) }
        == "expected 4 finite values as optimizer.firstMoment.1, found [5]" + advice)
    #expect(
      try message { $0.tensors[index].tensor[0] = .infinity }
        == "expected 4 finite values as optimizer.firstMoment.1, found [4]" + advice)
  }

  @Test func noPrefixOfTheFileIsAFile() throws {
    let bytes = contents.bytes
    for length in stride(from: 0, to: bytes.count, by: 97) {
      let path = try folder.write("cut", Array(bytes.prefix(length)))
      #expect(throws: FileError.self) { try SavedTraining.read(path) }
    }
  }
}
