import ArgumentParser
import Bytes
import CommandSupport
import Datasets
import Networks
import Pages
import Recognition
import Reports
import Tensors
import Training
import Workers

@main
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a checkpoint on the MNIST test set, or on images or photos of your own.",
    discussion: """
      With --photos it reads photos as recognize does and compares with what stands on them. The \
      manifest is a CSV table with the columns path and truth, and perhaps kind (what to group by), \
      repo (where a photo comes from: sources count alike) and notes (rotated: a group of its own; \
      scattered: the order does not count). Of each source the photos are averaged first; with \
      --pooled every digit counts alike.
      """,
    version: versionText)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Option(help: "The checkpoint to measure. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @OptionGroup var further: FurtherNetworks
  @Option(help: "The folder with the MNIST files.")
  var data = "Data/mnist"
  @Option(
    help: """
      An IDX file of images, instead of --data; needs --labels. With --photos: the folder of the \
      photos. (default: images beside the manifest, or the manifest's folder)
      """)
  var images: String?
  @Option(help: "A table of photos and their digits, instead of --data.")
  var photos: String?
  @Flag(
    help: """
      With --photos: count every digit alike, whatever its photo and source, by kind and by note; \
      photos without digits are scored apart, by the false digits on them.
      """)
  var pooled = false
  @Option(help: "With --photos: write a page with all photos that were not read exactly (HTML).")
  var sheet: String?
  @Option(
    help: """
      With --photos: also write what was read to this file, a JSON object a line as recognize prints \
      them, named by the manifest's paths.
      """)
  var readings: String?
  @Option(
    help: """
      With --photos: read without this step, to see what it is worth; several times for several \
      steps.
      """)
  var without: [ReadingStep] = []
  @Option(
    help: "With --photos: a JSON file with parameters of reading that differ from the defaults.")
  var parameters: String?
  @Flag(help: "Print all steps and parameters of reading as JSON, with ranges and units, and end.")
  var listParameters = false
  @Option(help: "The IDX file of their labels.")
  var labels: String?
  @Option(help: "text or json.")
  var format = Format.text
  @Option(parsing: .unconditional, help: "Threads to work with. (default: all processors)")
  var threads: Int?
  @Option(parsing: .unconditional, help: "Measure only so many images, from the first on.")
  var limit: Int?
  @Option(
    help: """
      Also write the logits to this safetensors file, and of a network that looks at surroundings \
      what it saw as images.
      """)
  var logits: String?

  func run() throws {
    warnOfDebugBuild()
    keepFreedMemory()
    if listParameters {
      try printOutput(try compactJSON(ParameterList()) + "\n")
      return
    }
    try checkPlaces()
    let team = WorkerTeam(threads: try checkedThreads(threads))
    if let photos {
      try measure(photos: photos, on: team)
    } else {
      try measureImages(on: team)
    }
  }

  /// Before anything is read: better now than after minutes of measuring.
  private func checkPlaces() throws {
    let inputs = [
      ("--checkpoint", checkpoint), ("--data", data), ("--images", images), ("--labels", labels),
      ("--photos", photos), ("--parameters", parameters),
    ]
    let outputs = [("--logits", logits), ("--sheet", sheet), ("--readings", readings)]
    try checkNotEmpty(inputs + outputs)
    try checkOutputs(
      outputs, inputs: inputs.compactMap(\.1) + MNIST.paths(in: data) + [try checkpointPath()])
    for (option, path) in outputs {
      guard let path else { continue }
      try checkWritable(
        path, expected: "a place that can be written to", advice: "choose another \(option)")
    }
  }

  private func checkpointPath() throws -> String { try checkpoint ?? defaultCheckpoint() }

  private func measureImages(on team: WorkerTeam) throws {
    guard sheet == nil else { throw UserError("--sheet needs --photos") }
    guard readings == nil else { throw UserError("--readings needs --photos") }
    guard !pooled else { throw UserError("--pooled needs --photos") }
    guard without.isEmpty else { throw UserError("--without needs --photos") }
    guard parameters == nil else { throw UserError("--parameters needs --photos") }
    let path = try checkpointPath()
    let checkpoint = try Checkpoint(contentsOf: path)
    var set = try imagesToMeasure()
    if let limit {
      guard (1...set.count).contains(limit) else {
        throw UserError("--limit must be from 1 to \(set.count), not \(limit)")
      }
      set = set[0..<limit]
    }
    // A network that looks at surroundings sees each digit alone on paper.
    var drawn: [(name: String, tensor: Tensor)] = []
    if checkpoint.network.architecture.input == [28, 28, 4], set.rows == 28, set.columns == 28 {
      set = set.alone(on: team)
      if logits != nil { drawn.append(("images", set.values)) }
    }
    guard !checkpoint.network.givesPlaces else {
      throw UserError(
        "\(path) finds digits on pages and reads no single ones; measure it with --photos and --finder"
      )
    }
    try checkFit(of: checkpoint.network.architecture, to: set)
    let start = secondsOfClock()
    let answers = checkpoint.network.logits(
      of: set, preprocessing: checkpoint.preprocessing, on: team)
    let seconds = max(1e-9, secondsOfClock() - start)
    guard answers.isFinite else {
      throw FileError(
        file: path, expected: "a network with finite answers",
        found: "weights so large that an answer is NaN or infinite",
        advice: "get the file again, or make one with the command train")
    }
    if let logits {
      try writeFile(logits, Safetensors(tensors: [("logits", answers)] + drawn).bytes)
    }
    let report = Report(
      Evaluation(
        logits: answers, labels: set.labels, temperature: checkpoint.temperature),
      temperature: checkpoint.temperature, imagesPerSecond: Double(set.count) / seconds)
    try printOutput((format == .json ? try compactJSON(report) : report.text) + "\n")
  }

  private func checkFit(of architecture: Architecture, to set: LabelledImages) throws {
    let input = architecture.input
    guard input == [set.rows, set.columns, set.channels] else {
      throw UserError(
        "the checkpoint reads images of \(input[0])x\(input[1]) pixels, these are "
          + "\(set.rows)x\(set.columns)")
    }
    let largest = set.labels.max() ?? 0
    guard architecture.classes > Int(largest) else {
      throw UserError(
        "the checkpoint knows \(architecture.classes) classes, a label says \(largest)")
    }
  }

  private func measure(photos: String, on team: WorkerTeam) throws {
    guard labels == nil, limit == nil, logits == nil else {
      throw UserError("--labels, --limit and --logits do not go with --photos")
    }
    let manifest = try PhotoManifest(try readFile(photos), file: photos)
    let folder = try folder(ofPhotosIn: photos)
    try checkOutputs(
      [("--sheet", sheet), ("--readings", readings)],
      inputs: manifest.photos.map { path($0.path, in: folder) })
    let checkpoint = try checkpointPath()
    let recognizer = try Recognizer(
      contentsOf: checkpoint, pages: further.pages(beside: checkpoint),
      finder: further.finder(beside: checkpoint))
    try further.check(isUsed: recognizer.hasSecondNetwork, beside: checkpoint)
    let evaluation = PhotoEvaluation(
      recognizer: recognizer, options: try readingOptions(),
      manifest: manifest, folder: folder)
    let outcomes = evaluation.outcomes(on: team, showsMistakes: sheet != nil)
    for error in outcomes.compactMap(\.error) { printError("evaluate: \(error)") }
    let report = PhotoReport(outcomes.compactMap(\.score), isPooled: pooled)
    try printOutput(format == .json ? try compactJSON(report) + "\n" : report.text)
    if let readings {
      try writeFile(readings, Array(outcomes.map(\.readings).joined().utf8))
    }
    if let sheet {
      let mistakes = outcomes.compactMap(\.mistake)
      try writeFile(sheet, Array(contactSheet(of: mistakes, summary: report.text).utf8))
    }
    if outcomes.contains(where: { $0.error != nil }) { throw ExitCode.failure }
  }

  private func readingOptions() throws -> ReadingOptions {
    var options = ReadingOptions()
    options.without = Set(without)
    if let parameters { options.parameters = try ReadingParameters(contentsOf: parameters) }
    return options
  }

  private func folder(ofPhotosIn manifest: String) throws -> String {
    let beside = parentFolder(of: manifest)
    let folder = images ?? (isFolder("\(beside)/images") ? "\(beside)/images" : beside)
    guard isFolder(folder) else {
      throw FileError(
        file: folder, expected: "the folder of the photos",
        found: isFile(folder) ? "a file" : "nothing", advice: "name it with --images")
    }
    return folder
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

/// Everything about reading that can be changed: the steps that can be switched off, and the parameters
/// with values, ranges and units.
private struct ParameterList: Encodable {
  let steps = ReadingStep.allCases
  let parameters = ReadingParameters()
}

extension LabelledImages {
  /// `[image, row, column, channel]`, 0...1.
  fileprivate var values: Tensor {
    Tensor(pixels.map { Float($0) / 255 }, shape: Shape(count, rows, columns, channels))
  }
}
