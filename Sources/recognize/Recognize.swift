import ArgumentParser
import Bytes
import CommandSupport
import Imaging
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

  @Argument(help: "The photos.", completion: .file()) var photos: [String] = []
  @Option(help: "The trained network. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @Option(help: "What to print: text, json, jsonl or csv.") var format = OutputFormat.text
  @Option(help: "Write pictures of every step into this folder.") var debug: String?
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
    guard try readAll(with: recognizer, options) else { throw ExitCode.failure }
  }

  /// What the pages of a file say; nothing here stops the other files.
  private func read(
    _ file: String, with recognizer: Recognizer, _ options: ReadingOptions, number: Int
  ) -> [(name: String, result: Result<Reading, FileError>)] {
    do throws(FileError) {
      let bytes = try readFile(file)
      var readings: [(String, Result<Reading, FileError>)] = []
      recognizer.readPages(of: bytes, file: file, options: options, isTraced: debug != nil) {
        name, _, result, trace in
        var result = result
        if let debug, let trace {
          do throws(FileError) {
            try save(trace, in: "\(debug)/\(number)-\(lastPart(of: name))")
          } catch { result = .failure(error) }
        }
        readings.append((name, result))
      }
      return readings
    } catch {
      return [(file, .failure(error))]
    }
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
    with recognizer: Recognizer, _ options: ReadingOptions
  ) throws(FileError) -> Bool {
    var output = OutputWriter(format: format, namesPhotos: photos.count != 1 || list != nil)
    var names = PhotoNames(named: photos, list: list)
    var areAllRead = true
    var number = 0
    try output.begin()
    while let file = try names.next() {
      number += 1
      for (name, result) in read(file, with: recognizer, options, number: number) {
        if case .failure(let error) = result {
          printError("recognize: \(error)")
          areAllRead = false
        }
        try output.write(name, result)
      }
    }
    try output.end()
    return areAllRead
  }
}

/// The photos of the command line, then those of the list, as they come.
struct PhotoNames {
  private var waiting: ArraySlice<String>
  private var list: String?
  private var readsInput = false

  init(named photos: [String], list: String?) {
    waiting = photos[...]
    self.list = list
  }

  /// - Throws: `FileError` when the list cannot be read.
  mutating func next() throws(FileError) -> String? {
    if let name = waiting.popFirst() { return name }
    if let list {
      self.list = nil
      if list == "-" {
        readsInput = true
      } else {
        let text = String(decoding: try readFile(list), as: UTF8.self)
        waiting = text.split(whereSeparator: \.isNewline).map(String.init)[...]
        return waiting.popFirst()
      }
    }
    while readsInput, let line = readLine() {
      if !line.isEmpty { return line }
    }
    return nil
  }
}

/// Writes the pictures of a trace as `1-gray.png`, `2-ink.png` and so on.
private func save(_ trace: Trace, in folder: String) throws(FileError) {
  try makeFolder(folder)
  for (index, step) in trace.steps.enumerated() {
    try writeFile("\(folder)/\(index + 1)-\(step.name).png", encodePNG(step.picture))
  }
}

private func lastPart(of path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? "photo"
}
