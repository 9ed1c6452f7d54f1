import Foundation
import Testing

import struct TestSupport.PDFFile

/// `recognize --run`, `--shard` and `merge`, with the network of a small run. What becomes of processes that are killed
/// is tested by scripts/tests/runs.
@Suite struct RunTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SmallMNIST.trainNetwork("net", in: folder)
    for (name, bars) in [("a", [20]), ("b", [20, 50]), ("c", []), ("e", [60])] {
      try folder.write("\(name).pgm", SmallMNIST.page(bars: bars))
    }
    try folder.write("d.pgm", SmallMNIST.page(bars: [20]).dropLast(9))
  }

  private func run(_ command: String, _ arguments: String) throws -> Commands.Outcome {
    try Commands.shell(
      "cd '\(folder.path)' && \"$command\" " + arguments, command: command)
  }

  private func recognize(_ arguments: String) throws -> Commands.Outcome {
    try run("recognize", "--checkpoint net " + arguments)
  }

  private static let photos = "a.pgm b.pgm c.pgm d.pgm e.pgm"

  @Test(arguments: ["text", "csv", "json", "jsonl"])
  func aRunGoesOnWhereItsJournalEnds(format: String) throws {
    let arguments = "\(Self.photos) --format \(format)"
    let plain = try recognize(arguments).output
    let whole = try recognize("--run whole " + arguments)
    #expect(whole.status == 1)
    let untimed = plain.replacing(try Regex("\"milliseconds\":[0-9.]+,"), with: "")
    #expect(whole.output == untimed)
    #expect(try folder.bytes("whole/failed.txt") == Array("d.pgm\n".utf8))
    let journal = try folder.bytes("whole/journal")
    for cut in stride(from: 0, through: journal.count, by: max(1, journal.count / 12)) {
      try folder.write("whole/journal", Array(journal[..<cut]))
      #expect(try recognize("--run whole --quiet " + arguments).output == whole.output)
      #expect(try folder.bytes("whole/journal") == journal, "cut at byte \(cut)")
    }
  }

  @Test func aDocumentIsOneAnswerOfManyPages() throws {
    let pages = [[20], [20, 50]].map { bars in
      PDFFile.Page(
        rows: 60, columns: 100, pixels: Array(SmallMNIST.page(bars: bars).suffix(6000)))
    }
    try folder.write("scan.pdf", PDFFile(pages).bytes)
    let plain = try recognize("scan.pdf a.pgm")
    guard !plain.errors.contains("install poppler-utils") else {
      return print("skipped: PDF documents (Debian: apt-get install poppler-utils)")
    }
    #expect(plain.output.hasPrefix("scan.pdf#1: "), "\(plain.output)")
    let run = try recognize("--run run scan.pdf a.pgm")
    #expect(run.output == plain.output)
    let journal = try folder.bytes("run/journal")
    let records = String(decoding: journal, as: UTF8.self).split(separator: "\n").compactMap {
      line in
      let parts = line.split(separator: " ")
      return parts.count == 4 && parts[2] == "read" ? parts[1] : nil
    }
    #expect(records == ["2", "1"])
  }

  @Test func shardsAreJoinedToWhatARunPrints() throws {
    let arguments = "\(Self.photos) --format csv"
    for shard in ["0/2", "auto/2"] {
      let outcome = try Commands.shell(
        "cd '\(folder.path)' && HQ_TASK_ID=1 \"$command\" --checkpoint net --quiet --shard \(shard) "
          + "--output shards \(arguments)", command: "recognize")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let merged = try run("merge", "shards --output all.csv --failed failed.txt")
    #expect(merged.status == 0)
    #expect(
      merged.errorLines == [
        "merge: all.csv: 5 pages of 5 inputs in 2 shards; 1 could not be read"
      ])
    #expect(
      String(decoding: try folder.bytes("all.csv"), as: UTF8.self)
        == (try recognize("--run run " + arguments).output))
    #expect(try folder.bytes("failed.txt") == Array("d.pgm\n".utf8))
    try FileManager.default.removeItem(atPath: folder.file("shards/shard-00000-of-00002"))
    #expect(
      try run("merge", "shards --output all.csv").errorLines == [
        "merge: shard 0 of 2 is missing; run it, or join the others with --partial"
      ])
    #expect(
      try run("merge", ". --output all.csv").errorLines == [
        "merge: .: expected a folder with shards, such as shard-00000-of-00020, found none"
      ])
    let over = "shards/shard-00001-of-00002"
    #expect(
      try run("merge", "shards --output \(over)").errorLines == [
        "merge: --output \(over) would overwrite the input \(over); name another place"
      ])
  }

  @Test(arguments: [
    ("--shard 0/2 a.pgm", "--shard and --output go together"),
    ("--output shards a.pgm", "--shard and --output go together"),
    ("--run r --review look.csv a.pgm", "--run and --review cannot go together"),
    ("--shard 0/2 --output s --annotate p a.pgm", "--shard and --annotate cannot go together"),
    ("--run r --shard 0/2 --output s a.pgm", "--run and --shard cannot go together"),
    ("--quiet a.pgm", "--quiet goes with --run or --shard"),
    (
      "--shard 0/2 --output s --format json a.pgm",
      "--shard takes --format text, jsonl or csv, whose parts can be joined"
    ),
  ])
  func whatDoesNotGoTogetherIsSaid(arguments: String, line: String) throws {
    let outcome = try recognize(arguments)
    #expect(outcome.status == 1)
    #expect(outcome.errorLines == ["recognize: \(line); see recognize --help"])
  }

  @Test func anIndexBeyondTheCountIsSaid() throws {
    #expect(
      try recognize("--shard 2/2 --output s a.pgm").errorLines == [
        "recognize: --shard 2/2: there is no shard 2 of 2; they are counted from 0 to 1"
      ])
  }
}
