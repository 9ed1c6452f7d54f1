import Bytes
import Foundation
import Imaging
import Testing

@testable import Forms

/// Templates as files, good and bad ones.
@Suite struct TemplateFileTests {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "forms-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("P5 200 100 255\n".utf8 + [UInt8](repeating: 255, count: 20_000))
      .write(to: URL(fileURLWithPath: folder + "/empty.pgm"))
  }

  private func template(_ json: String) throws -> FormTemplate {
    defer { try? FileManager.default.removeItem(atPath: folder + "/t.json") }
    try Data(json.utf8).write(to: URL(fileURLWithPath: folder + "/t.json"))
    return try FormTemplate(contentsOf: folder + "/t.json")
  }

  /// The message for a template with these fields, behind the file's name.
  private func message(_ fields: String) -> String {
    message(whole: #"{"name":"n","reference":"empty.pgm","fields":["# + fields + "]}")
  }

  private func message(whole json: String) -> String {
    do {
      _ = try template(json)
      return "no error"
    } catch {
      return "\(error)".replacingOccurrences(of: folder + "/", with: "")
    }
  }

  @Test func everyKindOfFieldIsRead() throws {
    let template = try template(
      """
      {"name": "Card", "reference": "empty.pgm", "fields": [
        {"name": "a", "kind": "digits", "box": [0, 0, 40, 10], "pattern": "##-#", "checkDigit": "luhn"},
        {"name": "b", "kind": "number", "box": [0, 20, 40, 10], "decimals": 2, "range": [0, 9.5]},
        {"name": "c", "kind": "date", "box": [0, 40, 40, 10], "format": "YYYY-MM-DD"},
        {"name": "d", "kind": "check", "box": [0, 60, 10, 10]},
        {"name": "e", "kind": "mark", "choices": [
          {"value": "x", "box": [50, 0, 9, 9]}, {"value": "y", "box": [60, 0, 9, 9]}]},
        {"name": "f", "kind": "number", "box": [0, 80, 40, 10], "point": "printed", "sum": ["b"]}]}
      """)
    #expect(template.name == "Card")
    #expect((template.reference.rows, template.reference.columns) == (100, 200))
    #expect(template.fields.map(\.name) == ["a", "b", "c", "d", "e", "f"])
    #expect(template.fields[1].box.columns == 0..<40 && template.fields[1].box.rows == 20..<30)
    #expect(template.fieldsBySums == [0, 1, 2, 3, 4, 5])
  }

  @Test func aTemplateMayCarryItsPicture() throws {
    let picture = Data("P5 200 100 255\n".utf8 + [UInt8](repeating: 255, count: 20_000))
    func bytes(_ reference: String) -> [UInt8] {
      Array(
        """
        {"name":"n","reference":"\(reference)","fields":[{"name":"a","kind":"check","box":[0,0,9,9]}]}
        """.utf8)
    }
    let inside = "data:image/x-portable-graymap;base64," + picture.base64EncodedString()
    // Whether the folder is known or not.
    for folder in [folder, nil] {
      let template = try FormTemplate(bytes(inside), file: "t.json", folder: folder)
      #expect((template.reference.rows, template.reference.columns) == (100, 200))
    }
    func message(_ reference: String) -> String {
      do {
        _ = try FormTemplate(bytes(reference), file: "t.json", folder: nil)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(
      message("empty.pgm")
        == #"t.json: expected reference: the picture itself, as a data URL, found "empty.pgm""#)
    for broken in ["data:", "data:image/png,abc", "data:image/png;base64,a%b"] {
      #expect(message(broken).hasPrefix("t.json: expected reference: a data URL in base64"))
    }
    #expect(message("data:image/png;base64,AAAA").hasPrefix("t.json: reference: "))
  }

  @Test(arguments: [
    (
      #""name":"a","kind":"digit","box":[0,0,9,9]"#,
      #"fields[0].kind: digits, number, date, check or mark, found "digit""#
    ),
    (
      #""name":"a","kind":"digits","box":[0,0,9,9]"#,
      "fields[0].count: a number of digits, or a pattern, found nothing"
    ),
    (
      #""name":"a","kind":"digits","box":[0,0,9,9],"count":101"#,
      "fields[0].count: a whole number from 1 to 100, found 101.0"
    ),
    (
      #""name":"a","kind":"digits","box":[0,0,9],"count":1"#,
      "fields[0].box: [left, top, width, height], found a list"
    ),
    (
      #""name":"a","kind":"digits","box":[0,0,0,9],"count":1"#,
      "fields[0].box: four numbers of pixels, width and height above 0, found others"
    ),
    (
      #""name":"a","kind":"digits","box":[0,0,1e300,9],"count":1"#,
      "fields[0].box: four numbers of pixels, width and height above 0, found others"
    ),
    (
      #""name":"a","kind":"digits","box":[190,0,20,9],"count":1"#,
      "a: a box inside the reference of 200x100 pixels, found one that is not"
    ),
    (
      #""name":"a","kind":"check","box":[0,0,9,9],"colour":"red""#,
      #"fields[0]: one of name, kind, range, sum, checkDigit, values, box, found "colour""#
    ),
    (
      #""name":"a","kind":"date","box":[0,0,9,9],"format":"DD.DD.YY""#,
      #"fields[0].format: a date such as DD.MM.YYYY, found "DD.DD.YY""#
    ),
    (
      #""name":"a","kind":"mark","choices":[]"#,
      "fields[0].choices: at least two boxes, found 0"
    ),
    (
      #""name":"a","kind":"number","box":[0,0,9,9],"range":[5,1]"#,
      "fields[0].range: [lowest, highest], found a list"
    ),
    (
      #""name":"a","kind":"number","box":[0,0,9,9],"checkDigit":"crc""#,
      #"fields[0].checkDigit: one of luhn, isbn, iban, found "crc""#
    ),
    (
      #""name":"a","kind":"number","box":[0,0,9,9],"sum":["b"]"#,
      #"a: a sum of fields of the form, found "b""#
    ),
    (
      #""name":"a","kind":"number","box":[0,0,9,9],"sum":["a"]"#,
      "sums of other fields, found one that depends on itself: a"
    ),
    (#""kind":"check","box":[0,0,9,9]"#, "fields[0].name: a text in one line, found nothing"),
  ])
  func aBadFieldIsNamed(field: String, expected: String) {
    #expect(message("{" + field + "}") == "t.json: expected " + expected)
  }

  @Test func fieldsThatDoNotGoTogetherAreNamed() {
    func check(_ name: String, _ left: Int) -> String {
      #"{"name":"\#(name)","kind":"check","box":[\#(left),0,9,9]}"#
    }
    #expect(
      message(check("a", 0) + "," + check("b", 8))
        == "t.json: expected boxes side by side, found those of a and b one over the other")
    #expect(
      message(check("a", 0) + "," + check("a", 20))
        == #"t.json: expected a name for each field, found "a" twice"#)
    let sums = [("a", "b", 0), ("b", "a", 20)].map {
      #"{"name":"\#($0.0)","kind":"number","box":[\#($0.2),0,9,9],"sum":["\#($0.1)"]}"#
    }
    #expect(
      message(sums.joined(separator: ","))
        == "t.json: expected sums of other fields, found one that depends on itself: a")
  }

  @Test(arguments: [
    ("", "a template in JSON, found no JSON"),
    ("[]", "a template: an object, found a list"),
    (#"{"name":"n","fields":[]}"#, "reference: a text in one line, found nothing"),
    (
      #"{"name":"n","reference":"empty.pgm","fields":[]}"#, "fields: at least one field, found none"
    ),
    (#"{"name":"n","reference":"empty.pgm","fields":7}"#, "fields: a list, found 7.0"),
  ])
  func aBadFileIsNamed(json: String, expected: String) {
    #expect(message(whole: json) == "t.json: expected " + expected)
  }

  @Test func hostileFilesEndInAnError() {
    #expect(message(whole: String(repeating: "[", count: 100_000)).contains("no JSON"))
    #expect(
      message(whole: #"{"name":""# + String(repeating: "x", count: 17_000_000) + #""}"#)
        == "t.json: expected at most 16777216 bytes, found 17000011 bytes")
    #expect(
      message(
        whole: #"{"name":",\",","fields":["# + String(repeating: "1,", count: 100_000) + "1]}")
        == "t.json: expected a template of at most 1000 fields, found more than 100000 values")
    let fields = [String](repeating: "{}", count: 1001).joined(separator: ",")
    #expect(message(fields) == "t.json: expected fields: at most 1000, found 1001")
  }

  @Test func noPrefixOfATemplateCrashes() {
    let whole =
      #"{"name":"n","reference":"empty.pgm","fields":[{"name":"a","kind":"check","box":[0,0,9,9]}]}"#
    #expect(message(whole: whole) == "no error")
    for length in 0..<whole.count {
      #expect(message(whole: String(whole.prefix(length))) != "no error")
    }
  }
}
