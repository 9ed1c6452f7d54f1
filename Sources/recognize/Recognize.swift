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
      Reads JPEG, PNG, BMP, PGM and PPM pictures. A page without digits is an empty answer. A photo \
      that cannot be read is named on stderr and does not stop the others; the exit status is then 1.
      """,
    version: versionText)

  @Argument(help: "The photos.", completion: .file()) var photos: [String] = []
  @Option(help: "The trained network. (default: Checkpoints/digits.safetensors)")
  var checkpoint: String?
  @Option(help: "What to print: text, json, jsonl or csv.") var format = OutputFormat.text
  @Option(help: "Write pictures of every step into this folder.") var debug: String?
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
    let recognizer = try Recognizer(contentsOf: checkpoint ?? defaultCheckpoint())
    guard try readAll(with: recognizer) else { throw ExitCode.failure }
  }

  /// Reads and prints photo after photo; answers whether all could be read.
  private func readAll(with recognizer: Recognizer) throws(FileError) -> Bool {
    var output = OutputWriter(format: format, namesPhotos: photos.count != 1 || list != nil)
    var names = PhotoNames(named: photos, list: list)
    var areAllRead = true
    var number = 0
    try output.begin()
    while let file = try names.next() {
      number += 1
      let result = Result { () throws(FileError) in
        let photo = try decodeImage(try readFile(file), file: file)
        var trace = debug == nil ? nil : Trace()
        let reading = recognizer.read(photo, trace: &trace)
        if let debug, let trace {
          try save(trace, in: "\(debug)/\(number)-\(lastPart(of: file))")
        }
        return reading
      }
      if case .failure(let error) = result {
        printError("recognize: \(error)")
        areAllRead = false
      }
      try output.write(file, result)
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
