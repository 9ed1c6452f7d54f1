import Foundation
import Testing

/// The command `recognize`, with the network of a small run, on pictures made here.
@Suite struct RecognizeTests {
  let folder: TemporaryFolder
  let checkpoint: String

  init() throws {
    folder = try TemporaryFolder()
    let data = try SmallMNIST.folder(300)
    checkpoint = folder.file("net")
    let outcome = try Commands.run(
      "train", "--data", data.path, "--validation", "0", "--batch-size", "30", "--epochs", "1",
      "--output", checkpoint)
    #expect(outcome.status == 0, "\(outcome.errors)")
    try folder.write("two.pgm", Self.page(bars: [20, 50]))
    try folder.write("blank.pgm", Self.page(bars: []))
    try folder.write("cut.pgm", Self.page(bars: [20]).dropLast(9))
  }

  /// A PGM file of 100 x 60 pixels with upright bars 6 pixels wide, 30 high.
  private static func page(bars: [Int]) -> [UInt8] {
    var pixels = [UInt8](repeating: 220, count: 6000)
    for left in bars {
      for row in 15..<45 {
        for column in left..<left + 6 { pixels[row * 100 + column] = 30 }
      }
    }
    return Array("P5 100 60 255\n".utf8) + pixels
  }

  private func recognize(_ arguments: String) throws -> Commands.Outcome {
    try Commands.shell(
      "cd '\(folder.path)' && \"$command\" --checkpoint net " + arguments, command: "recognize")
  }

  @Test func textIsTheDigitsAlone() throws {
    let outcome = try recognize("two.pgm")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.count == 3 && outcome.output.last == "\n")
    #expect(outcome.output.first?.isNumber == true)
    let blank = try recognize("blank.pgm")
    #expect(blank.status == 0)
    #expect(blank.output == "")
  }

  @Test func severalPhotosAreNamedAndABadOneStopsNone() throws {
    let outcome = try recognize("blank.pgm cut.pgm nothing.jpg two.pgm")
    #expect(outcome.status == 1)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first == "blank.pgm: ")
    #expect(lines.last?.hasPrefix("two.pgm: ") == true)
    #expect(
      outcome.errorLines == [
        "recognize: cut.pgm: at byte 14: expected 6000 bytes of pixels, found 5991",
        "recognize: nothing.jpg: expected a file that can be read, found No such file or directory",
      ])
  }

  private struct Record: Decodable {
    let file: String, text: String?, width: Int?, height: Int?, milliseconds: Double?
    let lines: [Line]?, error: String?

    struct Line: Decodable { let text: String, box: [Int], digits: [Digit] }
    struct Digit: Decodable {
      let digit: Int, confidence: Double, refused: Bool, box: [Int], alternatives: [Alternative]
    }
    struct Alternative: Decodable { let digit: Int, confidence: Double }
  }

  @Test func jsonIsOneArray() throws {
    let outcome = try recognize("--format json two.pgm cut.pgm blank.pgm")
    #expect(outcome.status == 1)
    let records = try JSONDecoder().decode([Record].self, from: Data(outcome.output.utf8))
    #expect(records.map(\.file) == ["two.pgm", "cut.pgm", "blank.pgm"])
    #expect(records[0].width == 100 && records[0].height == 60)
    #expect(records[0].lines?.count == 1)
    let digits = records[0].lines?[0].digits ?? []
    #expect(digits.count == 2)
    #expect(records[0].text == digits.map { String($0.digit) }.joined())
    let box = try #require(digits.first?.box)
    for (found, drawn) in zip(box, [20, 15, 6, 30]) { #expect(abs(found - drawn) <= 2) }
    #expect(records[1].error?.hasPrefix("cut.pgm: at byte 14") == true)
    #expect(records[1].text == nil)
    #expect(records[2].text == "" && records[2].lines?.isEmpty == true)
    #expect(try recognize("--format json --list /dev/null").output == "[]\n")
  }

  @Test func jsonLinesAndNamesWithQuotes() throws {
    let name = "a \"b\"\\, c.pgm"
    try folder.write(name, Self.page(bars: [30]))
    try folder.write("names", Array("two.pgm\n\n\(name)\n".utf8))
    for list in ["--list names", "--list - <names"] {
      let outcome = try recognize("--format jsonl " + list)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let records = try outcome.output.split(separator: "\n").map {
        try JSONDecoder().decode(Record.self, from: Data($0.utf8))
      }
      #expect(records.map(\.file) == ["two.pgm", name])
    }
  }

  @Test func csvHasOneRowALine() throws {
    try folder.write("a, \"b\".pgm", Self.page(bars: [30]))
    let outcome = try recognize("--format csv two.pgm 'a, \"b\".pgm' blank.pgm cut.pgm")
    let rows = outcome.output.split(separator: "\n").map(String.init)
    #expect(rows.count == 5)
    #expect(rows.first == "file,line,text,confidence,x,y,width,height,error")
    #expect(rows[1].hasPrefix("two.pgm,1,"))
    let fields = rows[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(fields.count == 9 && fields[2].count == 2)
    #expect(rows[2].hasPrefix("\"a, \"\"b\"\".pgm\",1,"))
    #expect(rows[3] == "blank.pgm,,,,,,,,")
    #expect(
      rows[4]
        == "cut.pgm,,,,,,,,\"cut.pgm: at byte 14: expected 6000 bytes of pixels, found 5991\"")
  }

  @Test func debugWritesAPictureOfEachStep() throws {
    let outcome = try recognize("--debug steps two.pgm blank.pgm")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for step in ["1-gray", "2-ink", "3-mask", "4-regions", "5-tiles"] {
      let bytes = try folder.bytes("steps/1-two.pgm/\(step).png")
      #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }
    let blank = try folder.bytes("steps/2-blank.pgm/4-regions.png")
    #expect(!blank.isEmpty)
  }

  @Test func unsureDigitsAndForms() throws {
    #expect(try recognize("--min-confidence 1 two.pgm").output == "??\n")
    let pattern = try recognize("--min-confidence 0 --pattern '#-#' two.pgm blank.pgm")
    #expect(pattern.status == 1)
    #expect(pattern.output.contains("-"))
    #expect(
      pattern.errorLines == [
        "recognize: blank.pgm: expected 2 digits (#-#), found 0; look at the page, or leave out "
          + "--expect and --pattern"
      ])
    #expect(try recognize("--expect 2 two.pgm").status == 0)
    for (arguments, message) in [
      ("--min-confidence 1.5", "--min-confidence must be from 0 to 1, not 1.5"),
      ("--min-confidence -1", "--min-confidence must be from 0 to 1, not -1.0"),
      ("--min-confidence nan", "--min-confidence must be from 0 to 1, not nan"),
      ("--expect 0", "--expect must be from 1 to 1000, not 0"),
      ("--expect -3", "--expect must be from 1 to 1000, not -3"),
      ("--pattern xx", "--pattern must be one line with 1 to 1000 #, one for each digit"),
      (
        "--expect 2 --pattern '##'",
        "--expect and --pattern cannot go together: a pattern says how many"
      ),
    ] {
      let outcome = try recognize(arguments + " two.pgm")
      #expect(outcome.status == 1)
      #expect(outcome.errorLines == ["recognize: " + message])
    }
  }

  @Test func mistakesOfTheUserAreOneLine() throws {
    let none = try recognize("")
    #expect(none.status == 1)
    #expect(
      none.errorLines == [
        "recognize: Name at least one photo, or a file of names with --list; see recognize --help"
      ])
    let list = try recognize("--list missing")
    #expect(list.status == 1)
    #expect(
      list.errorLines == [
        "recognize: missing: expected a file that can be read, found No such file or directory"
      ])
    let wrong = try Commands.run("recognize", "--checkpoint", folder.file("two.pgm"), "x.jpg")
    #expect(wrong.status == 1)
    #expect(wrong.errorLines.count == 1)
    #expect(wrong.errorLines.first?.hasPrefix("recognize: \(folder.file("two.pgm")): ") == true)
  }

  @Test func aFullDiskIsAnError() throws {
    let outcome = try recognize("two.pgm >/dev/full")
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "recognize: standard output: expected a place to write to, found No space left on device"
      ])
  }
}
