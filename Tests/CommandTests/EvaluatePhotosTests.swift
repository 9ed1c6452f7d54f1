import Foundation
import Testing

/// `evaluate --photos` on pictures made here.
@Suite struct EvaluatePhotosTests {
  private static let environment = ProcessInfo.processInfo.environment
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SmallMNIST.trainNetwork("net", in: folder)
    try FileManager.default.createDirectory(
      atPath: folder.file("images"), withIntermediateDirectories: true)
    for (name, bars) in [("one", [20]), ("two", [20, 50]), ("three", [10, 40, 70]), ("none", [])] {
      try folder.write("images/\(name).pgm", SmallMNIST.page(bars: bars))
    }
    let text = try Commands.shell(
      "cd '\(folder.path)' && \"$command\" --checkpoint net --min-confidence 0 images/two.pgm",
      command: "recognize"
    ).output.trimmingCharacters(in: .newlines)
    // Truths of all sorts: right, wrong, too long, scattered, rotated, none.
    let manifest = """
      path,truth,kind,notes,repo
      two.pgm,\(text),line,"right, of course",a
      one.pgm,777,single,,a
      three.pgm,12 3,line,scattered,b
      none.pgm,5,single,rotated,b
      none.pgm,,multiline,empty,c
      two.pgm,\(text)9,line,,c
      """
    try folder.write("manifest.csv", Array(manifest.utf8))
  }

  private func evaluate(_ arguments: String) throws -> Commands.Outcome {
    try Commands.shell(
      "cd '\(folder.path)' && \"$command\" --checkpoint net " + arguments, command: "evaluate")
  }

  @Test func theTableAndTheSheet() throws {
    let outcome = try evaluate("--photos manifest.csv --sheet sheet.html")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines.map { $0.split(separator: " ")[0] } == [
        "line", "multiline", "rotated", "single", "upright", "all",
      ])
    #expect(lines.last?.hasSuffix("(6 photos, 3 sources)") == true)
    let sheet = String(decoding: try folder.bytes("sheet.html"), as: UTF8.self)
    #expect(sheet.contains("one.pgm") && sheet.contains("instead of <b>777</b>"))
    #expect(!sheet.contains("right, of course"))
    #expect(try evaluate("--photos manifest.csv --threads 1").output == outcome.output)
  }

  /// One object a line, as recognize prints them, under the manifest's names.
  @Test func readings() throws {
    struct Photo: Decodable { let file: String, text: String }
    let outcome = try evaluate("--photos manifest.csv --readings read.jsonl")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = String(decoding: try folder.bytes("read.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    let photos = try lines.map { try JSONDecoder().decode(Photo.self, from: Data($0.utf8)) }
    let names = ["two.pgm", "one.pgm", "three.pgm", "none.pgm", "none.pgm", "two.pgm"]
    #expect(photos.map(\.file) == names)
    let text = try Commands.shell(
      "cd '\(folder.path)' && \"$command\" --checkpoint net images/three.pgm", command: "recognize"
    ).output.trimmingCharacters(in: .newlines)
    #expect(photos[2].text == text)
    let missing = try evaluate("--photos manifest.csv --readings nowhere/read.jsonl")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("choose another --readings"))
  }

  /// Where every digit counts alike: the same answers, other figures.
  @Test func pooledScores() throws {
    let outcome = try evaluate("--photos manifest.csv --pooled")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    let (first, last) = (try #require(lines.first), try #require(lines.last))
    #expect(first.hasPrefix("with digits                    5 photos  exact "))
    let expected =
      "without     multiline          1 photos  nothing read 100.0 %  false digits a photo 0.000"
    #expect(last == expected)
    struct Report: Decodable {
      let groups: [Group], mistakes: [Mistake]
      struct Group: Decodable { let name: String, hasDigits: Bool, photos: Int, digits: Double? }
      struct Mistake: Decodable { let path: String }
    }
    let json = try evaluate("--photos manifest.csv --pooled --format json").output
    let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    #expect(report.groups.count == lines.count)
    #expect(report.groups[0].photos == 5)
    #expect(report.groups[0].digits != nil)
    let mistakes = report.mistakes.map(\.path)
    #expect(mistakes == ["one.pgm", "three.pgm", "none.pgm", "two.pgm"])
  }

  /// Names with a comma, quotes, blanks and a line break, through the manifest to the answers.
  @Test func namesOfAnyCharacters() throws {
    let name = "a, \"b\"\n'c' .pgm"
    try folder.write("images/\(name)", SmallMNIST.page(bars: [20]))
    let field = "\"" + name.replacing("\"", with: "\"\"") + "\""
    try folder.write("names.csv", Array("path,truth\n\(field),77\n".utf8))
    struct Report: Decodable {
      let mistakes: [Mistake]
      struct Mistake: Decodable { let path: String, read: String? }
    }
    let outcome = try evaluate("--photos names.csv --format json --sheet sheet.html")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.mistakes.map(\.path) == [name])
    #expect(report.mistakes[0].read?.isEmpty == false)
    let sheet = String(decoding: try folder.bytes("sheet.html"), as: UTF8.self)
    #expect(sheet.contains("a, &quot;b&quot;\n&#39;c&#39; .pgm"))
  }

  /// The script that the measure comes from, on the same answers.
  @Test(
    .enabled(if: environment["PHOTOS"] != nil, "set PHOTOS to a folder with score.py to run this"))
  func agreesWithTheScript() throws {
    let script = try #require(Self.environment["PHOTOS"]) + "/score.py"
    let answers = try Commands.shell(
      "cd '\(folder.path)' && \"$command\" --checkpoint net --format jsonl images >read.jsonl",
      command: "recognize")
    #expect(answers.status == 0, "\(answers.errors)")
    let expected = try Commands.shell(
      "cd '\(folder.path)' && python3 '\(script)' manifest.csv read.jsonl", command: "recognize")
    #expect(expected.status == 0, "\(expected.errors)")
    #expect(try evaluate("--photos manifest.csv").output == expected.output)
  }

  @Test func jsonNamesTheMistakes() throws {
    struct Report: Decodable {
      let groups: [Group], mistakes: [Mistake]
      struct Group: Decodable { let name: String, exact: Double, digits: Double }
      struct Mistake: Decodable { let path: String, truth: String, read: String?, digits: Double }
    }
    try folder.write("short.csv", Array("path,truth\ntwo.pgm,\nmissing.jpg,1\n".utf8))
    let outcome = try evaluate("--photos short.csv --images images --format json")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "evaluate: images/missing.jpg: expected a file that can be read, found No such file or "
          + "directory"
      ])
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.groups.map(\.name) == ["photo", "upright", "all"])
    #expect(report.mistakes.map(\.path) == ["two.pgm", "missing.jpg"])
    #expect(report.mistakes[1].read == nil)
  }

  @Test func mistakesOfTheUserAreOneLine() throws {
    for (arguments, message) in [
      ("--sheet a.html", "--sheet needs --photos"),
      ("--pooled", "--pooled needs --photos"),
      ("--readings a.jsonl", "--readings needs --photos"),
      ("--photos manifest.csv --limit 3", "--labels, --limit and --logits do not go with --photos"),
      (
        "--photos nowhere.csv",
        "nowhere.csv: expected a file that can be read, found No such file or directory"
      ),
      (
        "--photos manifest.csv --images nowhere",
        "nowhere: expected the folder of the photos, found nothing; name it with --images"
      ),
    ] {
      let outcome = try evaluate(arguments)
      #expect(outcome.status == 1)
      #expect(outcome.errorLines == ["evaluate: " + message])
    }
  }
}
