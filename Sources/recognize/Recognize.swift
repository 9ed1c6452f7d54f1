import ArgumentParser
import Bytes
import CommandSupport
import Glibc
import Recognition

@main
struct Recognize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recognize",
    abstract: "Reads the handwritten digits in photos.",
    discussion: """
      Reads JPEG, PNG, WebP, HEIC, TIFF (each page), BMP, PGM and PPM pictures. A page without digits is an empty answer. A photo \
      that cannot be read is named on stderr and does not stop the others; the exit status is then 1.
      """,
    version: versionText)

  @Argument(
    help: """
      The photos: files, patterns such as 'scans/*.jpg', or folders, of which all pictures are read, \
      those in folders below as well.
      """, completion: .file()) var photos: [String] = []
  @Option(help: "The trained network. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @Option(help: "What to print: text, json, jsonl or csv.") var format = OutputFormat.text
  @Option(
    help: ArgumentHelp(
      "Write each photo with boxes, digits and confidences: into a file .png or .jpg for one photo, "
        + "or into a folder.", valueName: "file-or-folder"))
  var annotate: String?
  @Option(
    help: ArgumentHelp(
      "Write a page that shows every step of reading: into a file .html for one photo, or into a "
        + "folder.", valueName: "file-or-folder"))
  var debug: String?
  @Option(
    parsing: .unconditional,
    help: "Photos to read at once. (default: the number of processors)")
  var jobs: Int?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Print ? for digits with less confidence than this, from 0 to 1. (default: "
        + "\(ReadingOptions.usualLeastConfidence))", valueName: "share"))
  var minConfidence: Double?
  @Option(
    parsing: .unconditional,
    help: "Find exactly so many digits in each photo, or say that it cannot be done.")
  var expect: Int?
  @Option(
    parsing: .unconditional,
    help: "The same for a form such as '####-##': # is a digit, the rest is printed as it is.")
  var pattern: String?
  @Option(help: "Read more photo names from this file, one a line; - is standard input.")
  var list: String?

  static func main() { runFromCommandLine() }

  func validate() throws {
    if photos.isEmpty && list == nil {
      throw ValidationError("Name at least one photo, or a file of names with --list")
    }
  }

  func run() throws {
    warnOfDebugBuild()
    let options = try readingOptions()
    let recognizer = try Recognizer(contentsOf: checkpoint ?? defaultCheckpoint())
    let jobs = try checkedJobs()
    try annotation?.prepare()
    try debugging?.prepare()
    guard try readAll(with: recognizer, options, jobs: jobs) else { throw ExitCode.failure }
  }

  private var annotation: PictureOutput? {
    annotate.map {
      PictureOutput(place: $0, fileEndings: [".png", ".jpg", ".jpeg"], ending: ".jpg")
    }
  }

  private var debugging: PictureOutput? {
    debug.map { PictureOutput(place: $0, fileEndings: [".html", ".htm"], ending: ".html") }
  }

  private func checkedJobs() throws -> Int {
    guard let jobs else { return min(processorCount, 16) }
    guard (1...64).contains(jobs) else {
      throw UserError("--jobs must be from 1 to 64, not \(jobs)")
    }
    return jobs
  }

  private func readingOptions() throws -> ReadingOptions {
    let confidence = minConfidence ?? ReadingOptions.usualLeastConfidence
    guard (0...1).contains(confidence) else {
      throw UserError("--min-confidence must be from 0 to 1, not \(confidence)")
    }
    var options = ReadingOptions(leastConfidence: confidence)
    switch (expect, pattern) {
    case (nil, nil): break
    case (let expect?, nil):
      options.form = DigitForm(count: expect)
      guard options.form != nil else {
        throw UserError("--expect must be from 1 to \(DigitForm.largestCount), not \(expect)")
      }
    case (nil, let pattern?):
      options.form = DigitForm(pattern: pattern)
      guard options.form != nil else {
        throw UserError(
          "--pattern must be one line with 1 to \(DigitForm.largestCount) #, one for each digit")
      }
    default: throw UserError("--expect and --pattern cannot go together: a pattern says how many")
    }
    return options
  }

  /// Reads and prints photo after photo; answers whether all could be read.
  private func readAll(
    with recognizer: Recognizer, _ options: ReadingOptions, jobs: Int
  ) throws(FileError) -> Bool {
    let names = PhotoNames(named: photos, list: list)
    // A folder or a pattern may stand for several.
    let namesPhotos = photos.count != 1 || list != nil || !isFile(photos[0])
    let reader = FileReader(
      recognizer: recognizer, options: options, annotation: annotation, debugging: debugging)
    var output = Output(writer: OutputWriter(format: format, namesPhotos: namesPhotos))
    try output.writer.begin()
    let batch = Batch<[FileReader.Answer], Output>(names, window: 4 * jobs, to: output) {
      (output, answers, known) throws(FileError) in try output.take(answers, known: known)
    }
    // One photo needs one thread.
    output = try batch.run(threads: namesPhotos ? jobs : 1) { reader.read($0, number: $1) }
    output.progress.end()
    try output.writer.end()
    return output.areAllRead
  }
}

/// Where the answers go: standard output, and what is wrong to standard error.
private struct Output {
  var writer: OutputWriter
  var progress = PhotoProgress()
  var areAllRead = true

  mutating func take(_ answers: [FileReader.Answer], known: Int) throws(FileError) {
    for answer in answers {
      for error in answer.errors {
        progress.print("recognize: \(error)")
        areAllRead = false
      }
      try writer.write(answer.name, answer.result)
    }
    progress.step(of: known)
  }
}
