import ArgumentParser
import CommandSupport
import Datasets
import Networks
import Training
import Workers

/// Measures this project the way PyTorch was measured beside it: real MNIST, batches of 128, Adam, the
/// data in memory, a warm-up before anything is timed.
@main
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures how fast a network trains and reads digits.",
    discussion: """
      Prints one line a figure. The other modes print what they are asked for and no speed. \
      scripts/benchmark makes tables and a chart of it.
      """,
    version: versionText)

  @Argument(help: "The recipe whose network is measured: reference, quick or standard.")
  var network = "reference"
  @Option(help: "The folder with the MNIST files.")
  var data = "Data/mnist"
  @Option(parsing: .unconditional, help: "Threads to work with. (default: all processors)")
  var threads: Int?
  @Option(parsing: .unconditional, help: "Training images to work on, from the first on.")
  var images = 20_000

  @Flag(help: "Show where one image's time goes in a training step, on one thread.")
  var layers = false
  @Option(
    parsing: .unconditional,
    help: "Train so many passes over the images and show the memory after each of them.")
  var epochs: Int?
  @Flag(help: "Measure convolutions of other shapes; see scripts/measure-convolutions.")
  var convolutions = false
  @Flag(help: "Count allocations of memory; see scripts/count-allocations.")
  var allocations = false
  @Option(
    help: "Write the gradients of the first 32 images to this file; see scripts/check-gradients.")
  var gradients: String?
  @Option(help: "The checkpoint that --gradients takes; without it, a new network.")
  var checkpoint: String?

  func run() throws {
    warnOfDebugBuild()
    if convolutions { return measureConvolutions() }
    let threads = try checkedThreads(threads)
    guard var recipe = Recipe.named(network) else {
      throw UserError("there is no recipe \(network)")
    }
    let all = try MNIST.training(in: data)
    guard (2_500...all.count).contains(images) else {
      throw UserError("--images must be from 2500 to \(all.count), not \(images)")
    }
    let data = all[0..<images]
    if let gradients {
      return try writeGradients(of: recipe, checkpoint: checkpoint, on: data, to: gradients)
    }
    recipe.epochs = max(epochs ?? 0, 3)
    let name = "ours \(network) threads \(threads)"
    let team = WorkerTeam(threads: threads)
    var trainer = try Trainer(recipe: recipe, data: data, seed: 1)
    if let epochs {
      try showMemory(of: &trainer, epochs: epochs, on: team, as: name)
    } else if allocations {
      try countAllocations(of: &trainer, on: team, as: name)
    } else if layers {
      print(try LayerTimes(of: recipe, data: data).table)
    } else {
      measure(&trainer, on: data, team, as: name)
    }
  }

  static func main() { runFromCommandLine() }
}
