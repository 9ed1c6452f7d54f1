import Foundation
import Testing

/// The command `recognize --template`, on a form made here.
@Suite struct FormCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let data = try SmallMNIST.folder(300)
    let outcome = try Commands.run(
      "train", "--data", data.path, "--validation", "0", "--batch-size", "30", "--epochs", "1",
      "--output", folder.file("net"))
    #expect(outcome.status == 0, "\(outcome.errors)")
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
    var state: UInt64 = 5
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    for line in [40, 70, 100, 200, 260, 400, 560, 600, 660] {
      var column = 30
      while column < 420 {
        for _ in 0..<3 + random(6) {
          let (top, wide) = (line + random(6), 3 + random(7))
          fill(top..<line + 14, column..<column + wide)
          column += wide + 3
        }
        column += 14
      }
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

  @Test func aBadTemplateIsOneLine() throws {
    try folder.write("card.json", Array(#"{"name": "Card", "fields": 1}"#.utf8))
    let outcome = try recognize("empty.pgm")
    #expect(outcome.status == 1 && outcome.output == "")
    #expect(
      outcome.errorLines == [
        "recognize: card.json: expected reference: a text in one line, found nothing"
      ])
  }

  @Test(arguments: ["--expect 3", "--pattern '##'", "--annotate a.png", "--debug a.html"])
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
