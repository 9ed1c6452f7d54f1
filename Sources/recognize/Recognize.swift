import ArgumentParser
import Bytes
import CommandSupport
import Glibc
import Imaging
import Recognition
import Reports

@main
struct Recognize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recognize",
    abstract: "Reads the handwritten digits in photos.",
    discussion: """
      Reads \(PictureFormat.list("and")) pictures, of TIFF files each page. A page without digits is \
      an empty answer. A photo that cannot be read is named on stderr and does not stop the others; \
      the exit status is then 1.
      """,
    version: versionText)

  @Argument(
    help: """
      The photos: files, patterns such as 'scans/*.jpg', or folders, of which all pictures are read, \
      those in folders below as well.
      """, completion: .file()) var photos: [String] = []
  @Option(help: "The trained network. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @Option(help: "The format to print: \(ReadingFormat.list).") var format = ReadingFormat.text
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
      "Print ? for digits with less confidence than this, from 0 to 1.", valueName: "share"))
  var minConfidence = ReadingOptions.defaultMinimumConfidence
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
    keepFreedMemory()
    let options = try readingOptions()
    let recognizer = try Recognizer(contentsOf: checkpoint ?? defaultCheckpoint())
    let jobs = try checkedJobs()
    try annotation?.prepare()
    try debugging?.prepare()
    guard try readAll(with: recognizer, options, jobs: jobs) else { throw ExitCode.failure }
  }

  private var annotation: PictureOutput? {
    annotate.map {
      PictureOutput(place: $0, fileEndings: annotationEndings, ending: "jpg")
    }
  }

  private var debugging: PictureOutput? {
    debug.map { PictureOutput(place: $0, fileEndings: ["html", "htm"], ending: "html") }
  }

  private func checkedJobs() throws -> Int {
    guard let jobs else { return min(processorCount, 16) }
    guard (1...64).contains(jobs) else {
      throw UserError("--jobs must be from 1 to 64, not \(jobs)")
    }
    return jobs
  }

  private func readingOptions() throws -> ReadingOptions {
    do {
      return try ReadingOptions(
        expect: expect, pattern: pattern, minimumConfidence: minConfidence)
    } catch { throw UserError(error.message(prefix: "--")) }
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
    var output = Output(
      list: ReadingList(format, textStyle: namesPhotos ? .namedDigits : .digits))
    try printUnbuffered(output.list.beginning)
    let batch = Batch<[FileReader.Answer], Output>(names, window: 4 * jobs, to: output) {
      (output, answers, known) throws(FileError) in try output.take(answers, known: known)
    }
    // One photo needs one thread.
    output = try batch.run(threads: namesPhotos ? jobs : 1) { reader.read($0, number: $1) }
    output.progress.end()
    try printUnbuffered(output.list.end)
    return output.areAllRead
  }
}

/// The answers on their way to standard output, each as soon as it is there, and errors to standard
/// error.
private struct Output {
  var list: ReadingList
  var progress = PhotoProgress()
  var areAllRead = true

  mutating func take(_ answers: [FileReader.Answer], known: Int) throws(FileError) {
    for answer in answers {
      for error in answer.errors {
        progress.print("recognize: \(error)")
        areAllRead = false
      }
      try printUnbuffered(list.entry(answer.name, answer.result))
    }
    progress.step(of: known)
  }
}
