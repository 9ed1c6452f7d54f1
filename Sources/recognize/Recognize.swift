import ArgumentParser
import Bytes
import CommandSupport
import Forms
import FoundationEssentials
import Glibc
import Imaging
import Recognition
import Reports
import Runs

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
  @OptionGroup var further: FurtherNetworks
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

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Read many photos so that the run may be interrupted at any moment: what is read is kept in this folder, and "
        + "the same command goes on. The results are printed at its end; failed.txt in there names what could not "
        + "be read. docs/scale.md says more.",
      valueName: "folder"))
  var runFolder: String?

  @Option(
    help: ArgumentHelp(
      "Read one part of the photos into a file in --output, for the command merge: such as 3/20, counted from 0; "
        + "auto, as Slurm, Kubernetes or Open MPI number their tasks; or auto/20, where the scheduler does not "
        + "say how many there are.",
      valueName: "part"))
  var shard: String?

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("The folder for the results of shards.", valueName: "folder"))
  var shardFolder: String?

  @Flag(help: "With --run or --shard: no progress on standard error.") var quiet = false

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
    try validateRun()
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

  private func validateRun() throws {
    guard (shard == nil) == (shardFolder == nil) else {
      throw ValidationError("--shard and --output go together")
    }
    guard runFolder != nil || shard != nil else {
      if quiet { throw ValidationError("--quiet goes with --run or --shard") }
      return
    }
    let option = runFolder == nil ? "--shard" : "--run"
    let beside = [
      ("--shard", runFolder != nil && shard != nil), ("--watch", watch != nil),
      ("--annotate", annotate != nil), ("--debug", debug != nil), ("--review", review != nil),
      ("--propose-fields", proposeFields),
    ]
    if let other = beside.first(where: \.1) {
      throw ValidationError("\(option) and \(other.0) cannot go together")
    }
    if shard != nil, format == .table || format == .readings(.json) {
      throw ValidationError("--shard takes --format text, jsonl or csv, whose parts can be joined")
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
    let pages = further.pages(beside: checkpoint)
    let finder = further.finder(beside: checkpoint)
    let networks = [checkpoint] + [pages, finder].compactMap { $0 }
    let inputs = photos + template + networks + (list.map { [$0] } ?? [])
    try checkPlaces([annotation, debugging].compactMap { $0 }, inputs: inputs)
    // Every shard goes through all names: a look at each would be too many for a file server.
    let isKept = runFolder ?? shardFolder != nil
    let names = try PhotoNames(
      named: photos, list: list, isCounted: PhotoProgress.isUseful && !isKept, listsFiles: isKept,
      watching: watch)
    let recognizer = try Recognizer(contentsOf: checkpoint, pages: pages, finder: finder)
    try further.check(isUsed: recognizer.hasSecondNetwork, beside: checkpoint)
    var run = try keptRun(over: names, networks: networks)
    if run == nil, isKept { return }  // the shard is there
    let probe = InputProbe(
      options: ["--checkpoint", checkpoint, "--pages", pages ?? "none"]
        + ["--finder", finder ?? "none", "--format", self.format.defaultValueDescription]
        + template.flatMap { ["--template", $0] })
    run?.findPoison(window: window(jobs), by: probe)
    let areAllRead: Bool
    switch self.format {
    case .table: areAllRead = try readTables(names, with: recognizer, jobs: jobs, in: run)
    case .readings(let format) where !template.isEmpty:
      areAllRead = try readForms(names, with: recognizer, as: format, jobs: jobs, in: run)
    case .readings(let format):
      let reader = FileReader(
        recognizer: recognizer, options: options, annotation: annotation, debugging: debugging,
        inputs: Set(annotate ?? debug == nil ? [] : inputs.compactMap { FileIdentity($0) }))
      areAllRead = try readPhotos(names, with: reader, as: format, jobs: jobs, in: run)
    }
    guard areAllRead else { throw ExitCode.failure }
  }

  /// Before anything is read or written.
  private func checkPlaces(_ outputs: [PictureOutput], inputs: [String]) throws {
    try checkNotEmpty(
      [
        ("--checkpoint", checkpoint), ("--annotate", annotate),
        ("--debug", debug), ("--list", list),
        ("--review", review), ("--watch", watch), ("--run", runFolder),
        ("--output", shardFolder),
      ] + further.named + template.map { ("--template", $0) })
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

  /// How many photos may be ahead of the answers.
  private func window(_ jobs: Int) -> Int { 4 * jobs }

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

  /// Reads form after form; answers whether all could be read.
  private func readForms(
    _ names: PhotoNames, with recognizer: Recognizer, as format: ReadingFormat, jobs: Int,
    in run: KeptRun?
  ) throws -> Bool {
    let templates = try formTemplates()
    let forms = try FormReader(templates, recognizer: recognizer)
    let reader = PageFileReader { (photo, name) throws(FileError) in
      try forms.read(photo, file: name)
    }
    let list = FormReadingList(
      format, templates: templates, isContinued: run?.journal.hasResults ?? false)
    return try readAll(names, as: FormAnswers(list: list, isTimed: run == nil), jobs: jobs, in: run)
    {
      name, _ in reader.read(name)
    }
  }

  private func formTemplates() throws(FileError) -> [FormTemplate] {
    var templates: [FormTemplate] = []
    for file in template { templates.append(try FormTemplate(contentsOf: file)) }
    return templates
  }

  /// Reads the tables of photo after photo; answers whether each has one.
  private func readTables(
    _ names: PhotoNames, with recognizer: Recognizer, jobs: Int, in run: KeptRun?
  ) throws -> Bool {
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
    let list = TableAnswers(isEmpty: !(run?.journal.hasResults ?? false))
    return try readAll(names, as: list, jobs: jobs, in: run) { name, _ in reader.read(name) }
  }

  /// Reads photo after photo; answers whether all could be read.
  private func readPhotos(
    _ names: PhotoNames, with reader: FileReader, as format: ReadingFormat, jobs: Int,
    in run: KeptRun?
  ) throws -> Bool {
    let list = ReadingList(
      format, textStyle: namesSeveral ? .namedDigits : .digits,
      isContinued: run?.journal.hasResults ?? false)
    defer {
      for note in [reader.annotation, reader.debugging].compactMap({ $0?.note }) {
        printError("recognize: \(note)")
      }
    }
    let answers = PhotoAnswers(list: list, isText: format == .text, isTimed: run == nil)
    return try readAll(names, as: answers, jobs: jobs, in: run) { reader.read($0, number: $1) }
  }

  /// Reads file after file; results are printed as they come, or kept in the journal of a run until it is finished.
  ///
  /// - Returns: whether all could be read, or the run is a shard.
  private func readAll<List: AnswerList>(
    _ names: PhotoNames, as list: List, jobs: Int, in run: KeptRun?,
    read: @Sendable (Result<String, FileError>, _ number: Int) -> [List.Answer]
  ) throws -> Bool {
    var output = AnswerOutput(list)
    if let run {
      output.journal = run.journal
      output.progress = PhotoProgress(isShown: !quiet, before: run.journal.count)
      Interruption.watch()
    } else {
      try printOutput(list.beginning)
    }
    announceWatch()
    let batch = Batch<Read<List.Answer>, AnswerOutput<List>>(
      run?.names ?? names, window: window(jobs), to: output
    ) { (output, read, known) throws(FileError) in
      let report = try output.take(read.answers, known: known)
      putAway(read.file, hasFailed: report.hasFailed)
    }
    // One photo needs one thread.
    let failure: FileError?
    (output, failure) = batch.run(threads: namesSeveral ? jobs : 1) {
      Read(file: $0, answers: read($0, $1))
    }
    output.progress.end()
    if let run, let journal = output.journal {
      if let failure { throw failure }
      return try run.finish(journal, beginning: list.beginning, end: output.list.end)
    }
    // What has been printed is whole, also when no more could be read.
    if failure == nil || output.canPrint { try printOutput(output.list.end) }
    if let review { try writeFile(review, Array(output.list.reviewTable.utf8)) }
    if let failure { throw failure }
    return output.areAllRead
  }

  /// The run or shard that was asked for; nil for none.
  private func keptRun(
    over names: PhotoNames, networks: [String]
  ) throws -> KeptRun? {
    guard let folder = runFolder ?? shardFolder else { return nil }
    let place = try shard.map { shard throws in
      do throws(ShardPlaceError) {
        return try ShardPlace(shard, environment: ProcessInfo.processInfo.environment)
      } catch { throw UserError("\(error)") }
    }
    let inputs = try InputList(names)
    var digests: [String] = []
    for network in networks { digests.append(try digest(of: try readFile(network))) }
    let identity = RunIdentity(
      program: versionText, inputs: inputs.count, list: inputs.digest, networks: digests,
      options: try optionsOfAnswers())
    return try KeptRun(of: identity, over: inputs, place: place, in: folder, isQuiet: quiet)
  }

  /// The options that answers depend on, forms by what their files hold.
  private func optionsOfAnswers() throws(FileError) -> String {
    var options = [
      "--format \(format.defaultValueDescription)", "--min-confidence \(minConfidence)",
      "--printed \(printed.rawValue)",
    ]
    if let expect { options.append("--expect \(expect)") }
    if let pattern { options.append("--pattern \(pattern)") }
    for (file, form) in zip(template, try formTemplates()) {
      let contents = try digest(of: try readFile(file) + form.reference.image.pixels)
      options.append("--template sha256:\(contents)")
    }
    return options.joined(separator: " ")
  }
}
