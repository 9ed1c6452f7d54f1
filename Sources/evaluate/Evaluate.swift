import ArgumentParser
import Bytes
import CommandSupport
import Datasets
import FoundationEssentials
import Networks
import Tensors
import Training
import Workers

@main
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a checkpoint on the MNIST test set, or on images of your own.",
    version: versionText)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Option(help: "The checkpoint to measure. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @Option(help: "The folder with the MNIST files.")
  var data = "Data/mnist"
  @Option(help: "An IDX file of images, instead of --data; needs --labels.")
  var images: String?
  @Option(help: "The IDX file of their labels.")
  var labels: String?
  @Option(help: "text or json.")
  var format = Format.text
  @Option(parsing: .unconditional, help: "Threads to work with. (default: all processors)")
  var threads: Int?
  @Option(parsing: .unconditional, help: "Measure only so many images, from the first on.")
  var limit: Int?
  @Option(help: "Also write the logits to this safetensors file.")
  var logits: String?

  func run() throws {
    warnOfDebugBuild()
    let team = WorkerTeam(threads: try checkedThreads(threads))
    let checkpoint = try Checkpoint(contentsOf: checkpoint ?? defaultCheckpoint())
    var set = try imagesToMeasure()
    if let limit {
      guard (1...set.count).contains(limit) else {
        throw UserError("--limit must be from 1 to \(set.count), not \(limit)")
      }
      set = set[0..<limit]
    }
    let input = checkpoint.network.architecture.input
    guard input == [set.rows, set.columns, 1] else {
      throw UserError(
        "the checkpoint reads images of \(input[0])x\(input[1]) pixels, these are "
          + "\(set.rows)x\(set.columns)")
    }
    guard checkpoint.network.architecture.classes > Int(set.labels.max() ?? 0) else {
      throw UserError(
        "the checkpoint knows \(checkpoint.network.architecture.classes) classes, a label says "
          + "\(set.labels.max() ?? 0)")
    }
    let start = secondsOfClock()
    let answers = checkpoint.network.logits(
      of: set, preprocessing: checkpoint.preprocessing, on: team)
    let seconds = secondsOfClock() - start
    if let logits {
      try writeFile(logits, Safetensors(tensors: [("logits", answers)]).bytes)
    }
    let report = Report(
      Evaluation(
        logits: answers, labels: set.labels, temperature: checkpoint.temperature),
      temperature: checkpoint.temperature, imagesPerSecond: Double(set.count) / seconds)
    print(format == .json ? try report.json() : report.text)
  }

  private func imagesToMeasure() throws -> LabelledImages {
    switch (images, labels) {
    case (nil, nil): try MNIST.test(in: data)
    case (let images?, let labels?): try LabelledImages(images: images, labels: labels)
    default: throw UserError("--images and --labels go together")
    }
  }

  static func main() { runFromCommandLine() }
}
