import Bytes
import Imaging
import Recognition
import Testing

@testable import Reports

/// A page of 100 x 80 pixels: `17` above `4`.
let samplePage = Reading(
  width: 100, height: 80,
  lines: [
    Reading.Line(digits: [
      Reading.Digit(
        digit: 1, confidence: 0.99, box: Box(rows: 5..<25, columns: 10..<15), alternatives: []),
      Reading.Digit(
        digit: 7, confidence: 0.87654321, box: Box(rows: 4..<26, columns: 20..<32),
        alternatives: [Reading.Alternative(digit: 1, confidence: 0.11)]),
    ]),
    Reading.Line(digits: [
      Reading.Digit(
        digit: 4, confidence: 1, box: Box(rows: 40..<60, columns: 11..<25), alternatives: [])
    ]),
  ],
  milliseconds: 12.34)

let sampleError = FileError(file: "a.jpg", expected: "a picture, whole", found: "half of one")

@Suite struct CSVTests {
  @Test func oneRowALine() {
    #expect(
      csvRows("a.jpg", .success(samplePage))
        == "a.jpg,1,\"17\",0.8765,10,4,22,22,,\"17\",0\n"
        + "a.jpg,2,\"4\",1.0,11,40,14,20,,\"4\",0\n")
  }

  @Test func pagesWithoutDigitsAndErrorsHaveARow() {
    let empty = Reading(width: 9, height: 9, lines: [], milliseconds: 1)
    #expect(csvRows("a.jpg", .success(empty)) == "a.jpg,,,,,,,,,,0\n")
    #expect(
      csvRows("a.jpg", .failure(sampleError))
        == "a.jpg,,,,,,,,\"a.jpg: expected a picture, whole, found half of one\",,\n")
  }

  @Test func everyRowHasAsManyFieldsAsTheHeader() {
    let commas = csvHeader.filter { $0 == "," }.count
    for row in csvRows("a.jpg", .success(samplePage)).split(separator: "\n") {
      #expect(row.filter { $0 == "," }.count == commas)
    }
  }

  @Test(arguments: [
    ("plain.jpg", "plain.jpg"),
    ("a,b", "\"a,b\""),
    ("a\"b", "\"a\"\"b\""),
    ("a\r\nb", "\"a\r\nb\""),
    ("=1+1", "'=1+1"),
    ("+1", "'+1"),
    ("-1.jpg", "'-1.jpg"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("\r=1", "\"'\r=1\""),
    ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
    ("＝1", "'＝1"),
    ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
    ("", ""),
  ])
  func fieldsNeitherEndEarlyNorAreComputed(text: String, field: String) {
    #expect(csvField(text) == field)
  }
}

@Suite struct JSONTests {
  @Test func aRecordIsOneLine() throws {
    let record = try jsonRecord("a \"b\"/c\n.jpg", .success(samplePage))
    #expect(
      record.hasPrefix(
        "{\"confidence\":0.8678,\"file\":\"a \\\"b\\\"/c\\n.jpg\",\"height\":80,\"lines\":[{\"box\":["
      ))
    #expect(
      record.hasSuffix("\"milliseconds\":12.3,\"text\":\"17\\n4\",\"unread\":[],\"width\":100}"))
    #expect(!record.contains("\n"))
  }

  @Test func anErrorIsARecordToo() throws {
    #expect(
      try jsonRecord("a.jpg", .failure(sampleError))
        == #"{"error":"a.jpg: expected a picture, whole, found half of one","file":"a.jpg"}"#)
  }

  @Test func whatIsNoNumberIsAnError() {
    let reading = Reading(width: 1, height: 1, lines: [], milliseconds: .nan)
    #expect(throws: FileError.self) { try jsonRecord("a.jpg", .success(reading)) }
  }
}

@Suite struct ReadingListTests {
  private static let empty = Reading(width: 9, height: 9, lines: [], milliseconds: 1)
  private static let photos: [(String, Result<Reading, FileError>)] = [
    ("a, b.jpg", .success(samplePage)), ("a.jpg", .failure(sampleError)), ("c", .success(empty)),
  ]

  /// The whole list, and the same without any photo.
  private func written(
    _ format: ReadingFormat, _ style: ReadingList.TextStyle = .digits
  ) throws -> (full: String, empty: String) {
    var list = ReadingList(format, textStyle: style)
    let none = list.beginning + list.end
    var text = list.beginning
    for (file, result) in Self.photos { text += try list.entry(file, result) }
    return (text + list.end, none)
  }

  @Test func jsonIsAnArrayWithAnObjectALine() throws {
    let records = try Self.photos.map { try jsonRecord($0, $1) }
    let list = try written(.json)
    #expect(list.full == "[\n" + records.joined(separator: ",\n") + "\n]\n")
    #expect(list.empty == "[]\n")
  }

  @Test func jsonLinesAreObjects() throws {
    let records = try Self.photos.map { try jsonRecord($0, $1) + "\n" }
    let list = try written(.jsonl)
    #expect(list.full == records.joined())
    #expect(list.empty == "")
  }

  @Test func csvHasOneHeader() throws {
    let list = try written(.csv)
    #expect(list.full == csvHeader + Self.photos.map { csvRows($0, $1) }.joined())
    #expect(list.empty == csvHeader)
    #expect(try CSVTable(Array(list.full.utf8), file: "t").rows.count == 4)
  }

  @Test func textShowsDigitsNamesOrErrors() throws {
    #expect(try written(.text).full == "17\n4\n")
    #expect(
      try written(.text, .namedDigits).full == "a, b.jpg: 17\na, b.jpg: 4\nc: \n")
    #expect(try written(.text, .digitsOrError).full == "17\n4\n\(sampleError)\n")
    #expect(try written(.text).empty == "")
  }

  @Test func membersAreAddedToObjectsOnly() throws {
    let members = [(name: "a \"b\"", value: "[1]"), (name: "c", value: "{}")]
    for format in ReadingFormat.allCases {
      var list = ReadingList(format)
      let entry = try list.entry("a.jpg", .failure(sampleError), adding: members)
      let isObject = format == .json || format == .jsonl
      #expect(entry.contains(#","file":"a.jpg","a \"b\"":[1],"c":{}}"#) == isObject, "\(entry)")
    }
  }

  @Test func formatsAreListedInWords() {
    #expect(ReadingFormat.list.hasPrefix("text, json, jsonl"))
    #expect(ReadingFormat.list.split(separator: " ").count == ReadingFormat.allCases.count + 1)
    #expect(ReadingFormat.list.contains(" or "))
  }
}
