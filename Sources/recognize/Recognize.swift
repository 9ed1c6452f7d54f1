import ArgumentParser
import Bytes
import CommandSupport
import Forms
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
      Reads \(PictureFormat.list("and")) pictures, of TIFF files and PDF documents each page. A \
      page without digits is an empty answer. A photo that cannot be read is named on stderr and does \
      not stop the others; the exit status is then 1.
      """,
    version: versionText)

  @Argument(
    help: """
      The photos: files, patterns such as 'scans/*.jpg', or folders, of which all pictures are read, \
      those in folders below as well.
      """, completion: .file()) var photos: [String] = []
  @Option(help: "The trained network. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @OptionGroup var second: SecondNetwork
  @Option(
    help: """
      The format to print: \(ReadingFormat.list); or table: ruled tables and numbers in columns, each as a CSV \
      table, parted by an empty line. docs/tables.md says more.
      """)
  var format = OutputFormat.readings(.text)
  @Option(
    help: ArgumentHelp(
      "Write each photo with boxes, digits and confidences: into a file .png or .jpg for one photo, "
        + "or into a folder. Replaces what an earlier run has written there, never another file.",
      valueName: "file-or-folder"))
  var annotate: String?
  @Option(
    help: ArgumentHelp(
      "Write a page that shows every step of reading: into a file .html for one photo, or into a "
        + "folder. Replaces what an earlier run has written there, never another file.",
      valueName: "file-or-folder"))
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
  @Option(
    help: """
      What becomes of printed digits: auto leaves them out where something is written by hand, but for \
      those as large as the writing, and where they are less than half of the ink of a page of print.
      """)
  var printed = PrintedDigits.auto
  @Option(
    help: """
      Read more photo names from this file, one a line or parted by zero bytes as by find -print0; \
      - is standard input.
      """)
  var list: String?

  @Option(
    help: ArgumentHelp(
      "Also write what a person should look at, the least certain first, as a CSV table.",
      valueName: "file"))
  var review: String?

  @Option(
    help: ArgumentHelp(
      "Read filled forms: find this form in each photo and read its fields, a row a page. Given several "
        + "times, the form that each page shows. docs/forms.md says what the file holds.",
      valueName: "file"))
  var template: [String] = []

  @Flag(
    help: """
      Look for boxes, combs, tables and lines on the picture of an empty form and print a template with a \
      field for each, to be looked at and named.
      """) var proposeFields = false

  @Option(
    help: ArgumentHelp(
      "Wait for scans in this folder, read each when it is complete, then move it to done or failed in there. "
        + "Ctrl-C ends it.",
      valueName: "folder"))
  var watch: String?

  static func main() { runFromCommandLine() }

  func validate() throws {
    if photos.isEmpty && list == nil && watch == nil {
      throw ValidationError("Name at least one photo, or a file of names with --list")
    }
    if watch != nil && (!photos.isEmpty || list != nil) {
      throw ValidationError("--watch reads what comes into its folder: name no photos beside it")
    }
    var others = [
      ("--annotate", annotate != nil), ("--debug", debug != nil), ("--expect", expect != nil),
      ("--pattern", pattern != nil), ("--printed", printed != .auto),
      ("--min-confidence", minConfidence != ReadingOptions.defaultMinimumConfidence),
    ]
    if !template.isEmpty, let other = others.first(where: \.1) {
      throw ValidationError("--template and \(other.0) cannot go together")
    }
    if format == .table {
      let others =
        others.filter { $0.0 != "--min-confidence" } + [
          ("--template", !template.isEmpty), ("--review", review != nil),
        ]
      if let other = others.first(where: \.1) {
        throw ValidationError("--format table and \(other.0) cannot go together")
      }
    }
    guard proposeFields else { return }
    others += [
      ("--template", !template.isEmpty), ("--format", format != .readings(.text)),
      ("--list", list != nil),
      ("--watch", watch != nil), ("--review", review != nil),
    ]
    if let other = others.first(where: \.1) {
      throw ValidationError("--propose-fields and \(other.0) cannot go together")
    }
    if photos.count != 1 {
      throw ValidationError("--propose-fields takes one picture, not \(photos.count)")
    }
  }

  func run() throws {
    warnOfDebugBuild()
    keepFreedMemory()
    if proposeFields { return try FormProposal(picture: photos[0]).print() }
    let options = try readingOptions()
    let jobs = try checkedJobs()
    let checkpoint = try self.checkpoint ?? defaultCheckpoint()
    let annotation = annotate.map {
      PictureOutput(
        option: "--annotate", place: $0, fileEndings: annotationEndings, ending: "jpg")
    }
    let debugging = debug.map {
      PictureOutput(
        option: "--debug", place: $0, fileEndings: ["html", "htm"], ending: "html")
    }
    let pages = second.path(beside: checkpoint)
    let inputs =
      photos + template + [checkpoint] + (pages.map { [$0] } ?? []) + (list.map { [$0] } ?? [])
    try checkPlaces([annotation, debugging].compactMap { $0 }, inputs: inputs)
    let names = try PhotoNames(
      named: photos, list: list, isCounted: PhotoProgress.isShown, watching: watch)
    let recognizer = try Recognizer(
      contentsOf: checkpoint, pages: pages, finder: second.finder(beside: checkpoint))
    try second.check(isUsed: recognizer.hasSecondNetwork, beside: checkpoint)
    let format: ReadingFormat
    switch self.format {
    case .table:
      guard try readTables(names, with: recognizer, jobs: jobs) else { throw ExitCode.failure }
      return
    case .readings(let named): format = named
    }
    if !template.isEmpty {
      guard try readForms(names, with: recognizer, as: format, jobs: jobs) else {
        throw ExitCode.failure
      }
      return
    }
    let reader = FileReader(
      recognizer: recognizer, options: options, annotation: annotation, debugging: debugging,
      inputs: Set(annotate ?? debug == nil ? [] : inputs.compactMap { FileIdentity($0) }))
    guard try readAll(names, with: reader, as: format, jobs: jobs) else { throw ExitCode.failure }
  }

  /// Before anything is read or written.
  private func checkPlaces(_ outputs: [PictureOutput], inputs: [String]) throws {
    try checkNotEmpty(
      [
        ("--checkpoint", checkpoint), second.named, ("--annotate", annotate),
        ("--debug", debug), ("--list", list),
        ("--review", review), ("--watch", watch),
      ] + template.map { ("--template", $0) })
    try checkOutputs(
      outputs.filter(\.isFile).map { ($0.option, $0.place) } + [("--review", review)],
      inputs: inputs)
    for output in outputs { try output.prepare(isForSeveral: namesSeveral) }
    guard let watch else { return }
    for output in outputs {
      let folder = output.isFile ? parentFolder(of: output.place) : output.place
      guard HotFolder.isSameFolder(folder, watch) else { continue }
      throw UserError(
        "\(output.option) \(output.place) is watched: its pictures would be read again")
    }
  }

  /// Whether there may be several photos: a folder or a pattern may stand for them.
  private var namesSeveral: Bool { photos.count != 1 || list != nil || !isFile(photos[0]) }

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
        expect: expect, pattern: pattern, minimumConfidence: minConfidence, printed: printed)
    } catch { throw UserError(error.message(prefix: "--")) }
  }

  /// A file, and the answers about the photos in it.
  private struct Read<Answer: Sendable>: Sendable {
    let file: Result<String, FileError>
    let answers: [Answer]
  }

  private func announceWatch() {
    guard let watch else { return }
    Interruption.watch()
    printError("recognize: waiting for scans in \(legible(watch)); Ctrl-C ends it")
  }

  /// Takes a file out of the watched folder once its answers are printed.
  private func putAway(_ file: Result<String, FileError>, hasFailed: Bool) {
    guard watch != nil, case .success(let file) = file else { return }
    do throws(FileError) {
      try HotFolder.putAway(file, hasFailed: hasFailed)
    } catch { printError("recognize: \(error)") }
  }

  /// Reads and prints form after form; answers whether all could be read.
  private func readForms(
    _ names: PhotoNames, with recognizer: Recognizer, as format: ReadingFormat, jobs: Int
  ) throws(FileError) -> Bool {
    var templates: [FormTemplate] = []
    for file in template { templates.append(try FormTemplate(contentsOf: file)) }
    let forms = try FormReader(templates, recognizer: recognizer)
    let reader = PageFileReader { (photo, name) throws(FileError) in
      try forms.read(photo, file: name)
    }
    var output = FormOutput(list: FormReadingList(format, templates: templates))
    try printOutput(output.list.beginning)
    announceWatch()
    let batch = Batch<Read<PageFileReader<FormReading>.Answer>, FormOutput>(
      names, window: 4 * jobs, to: output
    ) {
      (output, read, known) throws(FileError) in
      try output.take(read.answers, known: known)
      let hasFailed = read.answers.contains { if case .failure = $0.result { true } else { false } }
      putAway(read.file, hasFailed: hasFailed)
    }
    let failure: FileError?
    (output, failure) = batch.run(threads: namesSeveral ? jobs : 1) { name, _ in
      Read(file: name, answers: reader.read(name))
    }
    output.progress.end()
    if failure == nil || output.canPrint { try printOutput(output.list.end) }
    if let review { try writeFile(review, Array(output.review.csv.utf8)) }
    if let failure { throw failure }
    return output.areAllRead
  }

  /// Reads and prints the tables of photo after photo; answers whether each has one.
  private func readTables(
    _ names: PhotoNames, with recognizer: Recognizer, jobs: Int
  ) throws(FileError) -> Bool {
    let tables = TableReader(recognizer: recognizer)
    let reader = PageFileReader { [minConfidence] (photo, name) throws(FileError) in
      let found = tables.tables(on: photo, minimumConfidence: minConfidence)
      guard !found.isEmpty else {
        throw FileError(
          file: name, expected: "a table: at least two rows and two columns of numbers",
          found: "none")
      }
      return found
    }
    announceWatch()
    let batch = Batch<Read<PageFileReader<[TableReading]>.Answer>, TableOutput>(
      names, window: 4 * jobs, to: TableOutput()
    ) { (output, read, known) throws(FileError) in
      try output.take(read.answers, known: known)
      let hasFailed = read.answers.contains { if case .failure = $0.result { true } else { false } }
      putAway(read.file, hasFailed: hasFailed)
    }
    var (output, failure) = batch.run(threads: namesSeveral ? jobs : 1) { name, _ in
      Read(file: name, answers: reader.read(name))
    }
    output.end()
    if let failure { throw failure }
    return output.areAllRead
  }

  /// Reads and prints photo after photo; answers whether all could be read.
  private func readAll(
    _ names: PhotoNames, with reader: FileReader, as format: ReadingFormat, jobs: Int
  ) throws(FileError) -> Bool {
    var output = Output(
      list: ReadingList(format, textStyle: namesSeveral ? .namedDigits : .digits),
      isText: format == .text)
    try printOutput(output.list.beginning)
    announceWatch()
    let batch = Batch<Read<FileReader.Answer>, Output>(names, window: 4 * jobs, to: output) {
      (output, read, known) throws(FileError) in
      try output.take(read.answers, known: known)
      putAway(read.file, hasFailed: read.answers.contains { !$0.errors.isEmpty })
    }
    // One photo needs one thread.
    let failure: FileError?
    (output, failure) = batch.run(threads: namesSeveral ? jobs : 1) {
      Read(file: $0, answers: reader.read($0, number: $1))
    }
    output.progress.end()
    // What has been printed is whole, also when no more could be read.
    if failure == nil || output.canPrint { try printOutput(output.list.end) }
    if let review { try writeFile(review, Array(output.review.csv.utf8)) }
    for note in [reader.annotation, reader.debugging].compactMap({ $0?.note }) {
      printError("recognize: \(note)")
    }
    if let failure { throw failure }
    return output.areAllRead
  }
}

/// The answers on their way to standard output, each as soon as it is there, and errors to standard
/// error.
private struct Output {
  var list: ReadingList
  /// Whether the answers say nothing of ink that was not read: then standard error does.
  let isText: Bool
  var review = ReviewList()
  var progress = PhotoProgress()
  var areAllRead = true
  /// Whether standard output still takes what is written.
  private(set) var canPrint = true

  mutating func take(_ answers: [FileReader.Answer], known: Int) throws(FileError) {
    // Of several pages of one file, each is named.
    if answers.count > 1 { list.textStyle = .namedDigits }
    for answer in answers {
      for error in answer.errors {
        progress.print("recognize: \(error)")
        areAllRead = false
      }
      review.add(answer.name, answer.result)
      let entry = try list.entry(answer.name, answer.result)
      if isText, case .success(let reading) = answer.result, !reading.unread.isEmpty {
        progress.print("recognize: \(legible(answer.name)): \(unreadNote(reading.unread.count))")
      }
      if case .success(let reading) = answer.result, reading.surplus > 0 {
        progress.print("recognize: \(legible(answer.name)): \(surplusNote(reading.surplus))")
      }
      canPrint = false
      try printOutput(entry)
      canPrint = true
    }
    progress.step(of: known)
  }
}

/// What is said of a page with more ink than is looked at.
private func surplusNote(_ count: Int) -> String {
  "\(count) \(count == 1 ? "piece" : "pieces") of ink beyond the largest "
    + "\(ReadingParameters.FindPieces().maximumDigits) \(count == 1 ? "was" : "were") not looked at; "
    + "cut the page into parts"
}

/// What is said of ink that was left out.
private func unreadNote(_ count: Int) -> String {
  "\(count == 1 ? "a piece" : "\(count) pieces") of ink may be \(count == 1 ? "a digit" : "digits") and "
    + "\(count == 1 ? "was" : "were") not read; --annotate shows where"
}
