import ArgumentParser
import Bytes
import CommandSupport
import Runs

@main
struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Joins the results of shards that recognize --shard has written.",
    discussion: """
      The results are in the order of the list that was read, and the bytes are those that one process would have \
      printed. Every shard is checked: one that is damaged, of another list, other networks or options, there twice or \
      missing is named, nothing is written, and the exit status is 1. scripts/merge-parquet makes a Parquet file of them.
      """,
    version: versionText)

  @Argument(help: "The folder of the shards, or their files.", completion: .file())
  var shards: [String]
  @Option(help: "Where to write the results.") var output: String
  @Option(
    help: ArgumentHelp(
      "Also write the names of inputs that could not be read, as recognize --list takes them.",
      valueName: "file"))
  var failed: String?
  @Flag(help: "Go on without shards that are missing or damaged; they are named.")
  var partial = false

  static func main() { runFromCommandLine() }

  func run() throws {
    try checkNotEmpty([("--output", output), ("--failed", failed)])
    let files = try shardFiles()
    try checkOutputs([("--output", output), ("--failed", failed)], inputs: files)
    let set: ShardSet
    do throws(ShardSetError) { set = try ShardSet(files) } catch {
      for error in error.errors { tell("\(error)") }
      throw ExitCode.failure
    }
    if !set.missing.isEmpty {
      let isOne = set.missing.count == 1
      tell(
        "\(isOne ? "shard" : "shards") \(ranges(set.missing)) of \(set.count) "
          + (isOne ? "is missing" : "are missing")
          + (partial ? "" : "; run \(isOne ? "it" : "them"), or join the others with --partial"))
      if !partial { throw ExitCode.failure }
    }
    var totals = ShardSet.Totals()
    try writeFile(output) { put throws(FileError) in
      totals = try set.join(leavesOutDamaged: partial, put)
    }
    for error in totals.leftOut { tell("left out: \(error)") }
    if let failed {
      try writeFile(failed, nameList(totals.failedNames.split(separator: 0).map { pathText($0) }))
    }
    tell(
      "\(output): \(counted(totals.pages, "page")) of \(counted(totals.inputs, "input")) "
        + "in \(counted(totals.shards, "shard")); \(grouped(totals.failed)) could not be read")
  }

  /// The files that are named, and those in folders that are.
  private func shardFiles() throws -> [String] {
    var files: [String] = []
    for place in shards {
      guard isFolder(place) else {
        files.append(place)
        continue
      }
      let names = try namesInFolder(place).filter { ShardPlace(fileName: $0) != nil }
      guard !names.isEmpty else {
        throw FileError(
          file: place, expected: "a folder with shards, such as shard-00000-of-00020",
          found: "none")
      }
      files += names.map { path($0, in: place) }
    }
    return files
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  private func tell(_ line: String) { printError("merge: \(line)") }
}
