import ArgumentParser
import Bytes
import CommandSupport
import Datasets
import Imaging
import Networks
import Pages
import Tensors
import Training
import Workers

@main
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a network on the MNIST digits and saves it as a checkpoint.",
    discussion: """
      Recipes: quick (one epoch, 99.2 %), standard (six epochs of distorted digits, 99.6 %), \
      photo (wider, for photos of pages: it also learns what is not a digit), page (it also \
      sees what stands around a digit, and learns from drawn pages; needs fonts), finder (finds \
      digits on drawn pages; needs fonts), reference (the network of the textbooks).

      Ctrl-C finishes the current step, saves the state beside the output and says how to go on. \
      Equal seeds give equal checkpoints, byte for byte, on any number of threads.
      """,
    version: versionText)

  @Option(help: "The folder with the MNIST files.")
  var data = "Data/mnist"
  @Option(help: "quick, standard, photo, page, finder or reference. (default: quick)")
  var recipe: String?
  @Option(parsing: .unconditional, help: "Passes over the training images. (default: the recipe's)")
  var epochs: Int?
  @Option(parsing: .unconditional, help: "Images per step. (default: the recipe's)")
  var batchSize: Int?
  @Option(parsing: .unconditional, help: "The highest learning rate. (default: the recipe's)")
  var learningRate: Float?
  @Option(parsing: .unconditional, help: "Equal seeds give equal checkpoints. (default: 1)")
  var seed: UInt64?
  @Option(
    parsing: .unconditional,
    help: "How many training images to hold out for measuring. (default: 5000)")
  var validation: Int?
  @Option(parsing: .unconditional, help: "Threads to work with. (default: all processors)")
  var threads: Int?
  @Option(help: "Where to write the checkpoint. (default: Checkpoints/RECIPE.safetensors)")
  var output: String?
  @Option(
    help: "Go on with a stopped run: the file that it saved. Only --learning-rate may be smaller.")
  var resume: String?
  @Option(help: "Only draw some pages as the recipe page learns from, into this PNG file.")
  var contactSheet: String?
  @Option(help: "Append one JSON object a line about steps and epochs to this file.")
  var log: String?

  func run() throws {
    warnOfDebugBuild()
    if let contactSheet {
      try drawContactSheet(contactSheet)
      return
    }
    let start = secondsOfClock()
    let threads = try checkedThreads(threads)
    try checkNotEmpty([
      ("--data", data), ("--output", output), ("--resume", resume), ("--log", log),
    ])
    let saved = try resume.map { try SavedTraining.read($0) }
    let plan = try saved.map { try unchangedPlan($0.plan) } ?? newPlan()
    guard let recipe = plan.completeRecipe else { throw UserError("no recipe \(plan.recipe)") }
    let output = output ?? saved?.output ?? "Checkpoints/\(plan.recipe).safetensors"
    try checkOutputs(
      [("--output", output), ("--log", log)],
      inputs: MNIST.paths(in: data) + (resume.map { [$0] } ?? []))
    let session = try Session(plan: plan, recipe: recipe, output: output, log: log)

    let images = try MNIST.training(in: data)
    if let saved, saved.dataChecksum != images.checksum {
      throw FileError(
        file: data, expected: "the data that the run began with (CRC-32 \(saved.dataChecksum))",
        found: images.checksum, advice: "give the same --data as before")
    }
    guard plan.validation < images.count else {
      throw UserError(
        "--validation \(plan.validation) leaves nothing to train on: there are only "
          + "\(images.count) training images")
    }
    let team = WorkerTeam(threads: threads)
    let split = images.count - plan.validation
    if recipe.pages > 0 || recipe.drawings != nil {
      printError("Drawing what \(recipe.name) learns from; this takes a while")
    }
    let sets = try TrainingSets(
      learned: images[0..<split], heldOut: images[split..<images.count], recipe: recipe,
      seed: plan.seed, on: team)
    var trainer =
      recipe.findsDigits
      ? try Trainer(recipe: recipe, crops: sets.crops, seed: plan.seed)
      : try Trainer(recipe: recipe, data: sets.learned, seed: plan.seed)
    if let saved { try SavedTraining.restore(&trainer, from: saved) }
    try session.run(
      &trainer, sets: sets, dataChecksum: images.checksum, team: team, since: start)
  }

  private func drawContactSheet(_ path: String) throws {
    try checkNotEmpty([("--data", data), ("--contact-sheet", path)])
    try checkOutputs([("--contact-sheet", path)], inputs: MNIST.paths(in: data))
    let fonts = try PageFonts.load()
    let images = try MNIST.training(in: data)
    let supplies = Supplies(digits: images.digitPictures, print: fonts.print, hand: fonts.hand)
    var generator = SplitMix64(seed: seed ?? 1)
    try writeFile(path, encodePNG(pageContactSheet(supplies, using: &generator)))
  }

  /// The plan that the options ask for.
  private func newPlan() throws -> TrainingPlan {
    let name = recipe ?? "quick"
    guard let recipe = Recipe.named(name) else {
      let names = Recipe.all.map(\.name).joined(separator: ", ")
      throw UserError("--recipe must be one of \(names), not \(name)")
    }
    let plan = TrainingPlan(
      recipe: name, epochs: epochs ?? recipe.epochs, batchSize: batchSize ?? recipe.batchSize,
      learningRate: learningRate ?? recipe.learningRate, seed: seed ?? 1,
      validation: validation ?? 5000)
    guard (1...10_000).contains(plan.epochs) else {
      throw UserError("--epochs must be from 1 to 10000, not \(plan.epochs)")
    }
    guard (1...65_536).contains(plan.batchSize) else {
      throw UserError("--batch-size must be from 1 to 65536, not \(plan.batchSize)")
    }
    guard plan.learningRate.isFinite, plan.learningRate > 0, plan.learningRate <= 100 else {
      throw UserError("--learning-rate must be above 0 and at most 100, not \(plan.learningRate)")
    }
    guard plan.validation >= 0 else {
      throw UserError("--validation must be 0 or more, not \(plan.validation)")
    }
    return plan
  }

  /// The plan of a stopped run, unless an option asks for something else.
  private func unchangedPlan(_ plan: TrainingPlan) throws -> TrainingPlan {
    func check<Value: Equatable>(_ option: String, _ asked: Value?, _ planned: Value) throws {
      guard let asked, asked != planned else { return }
      throw UserError(
        "\(option) \(asked) cannot be changed: the stopped run has \(planned); leave it out, "
          + "or start anew without --resume")
    }
    try check("--recipe", recipe, plan.recipe)
    try check("--epochs", epochs, plan.epochs)
    try check("--batch-size", batchSize, plan.batchSize)
    try check("--seed", seed, plan.seed)
    try check("--validation", validation, plan.validation)
    guard let learningRate, learningRate != plan.learningRate else { return plan }
    guard learningRate > 0, learningRate < plan.learningRate else {
      throw UserError(
        "--learning-rate \(learningRate) of a stopped run can only be made smaller than "
          + "\(plan.learningRate)")
    }
    return plan.with(smallerLearningRate: learningRate)
  }

  static func main() { runFromCommandLine() }
}
