import Foundation
import Testing

import func TestSupport.blocksLikeWords

/// The command `recognize --template`, on a form made here.
@Suite struct FormCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SmallMNIST.trainNetwork("net", in: folder)
    try folder.write("empty.pgm", Self.form(ticked: false))
    try folder.write("ticked.pgm", Self.form(ticked: true))
    try folder.write("other.pgm", SmallMNIST.page(bars: [20, 50]))
    try folder.write(
      "card.json",
      Array(
        """
        {"name": "Card", "reference": "empty.pgm", "fields": [
          {"name": "number", "kind": "digits", "count": 3, "box": [60, 300, 200, 50]},
          {"name": "=yes", "kind": "check", "box": [60, 450, 40, 40]}]}
        """.utf8))
  }

  /// Blocks like words in lines, and a box to tick, 500 x 700 pixels.
  static func form(ticked: Bool) -> [UInt8] {
    var pixels = [UInt8](repeating: 255, count: 350_000)
    func fill(_ rows: Range<Int>, _ columns: Range<Int>) {
      for row in rows { for column in columns { pixels[500 * row + column] = 20 } }
    }
    let lines = [40, 70, 100, 200, 260, 400, 560, 600, 660]
    for (rows, columns) in blocksLikeWords(lines: lines, columns: 30..<420, seed: 5) {
      fill(rows, columns)
    }
    fill(350..<352, 60..<260)
    for edge in [450, 488] { fill(edge..<edge + 2, 60..<100) }
    for edge in [60, 98] { fill(450..<490, edge..<edge + 2) }
    if ticked { for step in 0..<26 { fill(456 + step..<460 + step, 66 + step..<70 + step) } }
    return Array("P5 500 700 255\n".utf8) + pixels
  }

  private func recognize(_ arguments: String) throws -> Commands.Outcome {
    try Commands.shell(
      "cd '\(folder.path)' && \"$command\" --checkpoint net --template card.json " + arguments,
      command: "recognize")
  }

  @Test func aTableHasARowForEachPageAndAnErrorForEachOther() throws {
    let outcome = try recognize("--format csv ticked.pgm other.pgm empty.pgm --review look.csv")
    #expect(outcome.status == 1)
    let error =
      "other.pgm: expected one form: Card, found another page, or less than half of it; look at the page, or name its template"
    #expect(outcome.errorLines == ["recognize: " + error])
    #expect(
      outcome.output == """
        file,template,number,'=yes,number.status,number.confidence,'=yes.status,'=yes.confidence,error
        ticked.pgm,Card,,"true",empty,1.0,ok,1.0,
        other.pgm,,,,,,,,"\(error)"
        empty.pgm,Card,,"false",empty,1.0,ok,1.0,

        """)
    #expect(
      String(decoding: try folder.bytes("look.csv"), as: UTF8.self) == """
        file,template,field,value,reason,confidence
        other.pgm,,,,"\(error)",0.0

        """)
  }

  @Test func textAndJSONNameTheFields() throws {
    let text = try recognize("ticked.pgm")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output == "ticked.pgm: number=, =yes=true\n")
    struct Page: Decodable {
      let file: String, template: String, turned: Int, fields: [Field]
      struct Field: Decodable { let name: String, value: String, status: String, box: [Int] }
    }
    let json = try recognize("--format json ticked.pgm empty.pgm")
    let pages = try JSONDecoder().decode([Page].self, from: Data(json.output.utf8))
    #expect(pages.map(\.file) == ["ticked.pgm", "empty.pgm"])
    #expect(pages.map { $0.fields[1].value } == ["true", "false"])
    // The places of print are found to about a pixel.
    for (found, drawn) in zip(pages[0].fields[1].box, [60, 450, 40, 40]) {
      #expect(abs(found - drawn) <= 3)
    }
  }

  @Test func proposedFieldsAreATemplateThatReads() throws {
    func propose(_ arguments: String) throws -> Commands.Outcome {
      try Commands.shell(
        "cd '\(folder.path)' && \"$command\" --propose-fields " + arguments, command: "recognize")
    }
    let outcome = try propose("empty.pgm > proposed.json")
    #expect(outcome.status == 0)
    #expect(
      outcome.errorLines == [
        "recognize: empty.pgm: 2 fields proposed: look at each, and name it"
      ])
    let text = try recognize("--template proposed.json ticked.pgm --format csv")
    #expect(text.status == 0 && text.output.contains(#","true","#), "\(text.errors)")
    let none = try propose("other.pgm")
    #expect(none.status == 1 && none.output == "")
    #expect(
      none.errorLines == [
        "recognize: other.pgm: expected a form with boxes, a table or lines to write on, "
          + "found none of them; take a straight scan of the empty form"
      ])
    for option in ["--template card.json", "--format csv", "--list -"] {
      let name = option.split(separator: " ")[0]
      #expect(
        try propose("empty.pgm " + option).errorLines == [
          "recognize: --propose-fields and \(name) cannot go together; see recognize --help"
        ])
    }
    #expect(
      try propose("empty.pgm other.pgm").errorLines == [
        "recognize: --propose-fields takes one picture, not 2; see recognize --help"
      ])
  }

  @Test func aPictureWithoutATableIsNamed() throws {
    func tables(_ arguments: String) throws -> Commands.Outcome {
      try Commands.shell(
        "cd '\(folder.path)' && \"$command\" --checkpoint net --format table " + arguments,
        command: "recognize")
    }
    let outcome = try tables("empty.pgm missing.pgm")
    #expect(outcome.status == 1 && outcome.output == "")
    #expect(
      outcome.errorLines == [
        "recognize: empty.pgm: expected a table: at least two rows and two columns of numbers, "
          + "found none",
        "recognize: missing.pgm: expected a file that can be read, found No such file or directory",
      ])
    for option in ["--template card.json", "--review a.csv", "--expect 3", "--annotate a.png"] {
      let name = option.split(separator: " ")[0]
      #expect(
        try tables("empty.pgm " + option).errorLines == [
          "recognize: --format table and \(name) cannot go together; see recognize --help"
        ])
    }
  }

  @Test func aBadTemplateIsOneLine() throws {
    try folder.write("card.json", Array(#"{"name": "Card", "fields": 1}"#.utf8))
    let outcome = try recognize("empty.pgm")
    #expect(outcome.status == 1 && outcome.output == "")
    #expect(
      outcome.errorLines == [
        "recognize: card.json: expected reference: a text in one line, found nothing"
      ])
  }

  @Test(arguments: [
    "--expect 3", "--pattern '##'", "--annotate a.png", "--debug a.html",
    "--printed include", "--min-confidence 0.9",
  ])
  func whatReadsWholePagesDoesNotGoWithIt(option: String) throws {
    let outcome = try recognize("empty.pgm " + option)
    let name = option.split(separator: " ")[0]
    #expect(outcome.status == 1)
    #expect(
      outcome.errorLines == [
        "recognize: --template and \(name) cannot go together; see recognize --help"
      ])
  }
}
