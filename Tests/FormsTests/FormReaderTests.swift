import Bytes
import Imaging
import Recognition
import TestSupport
import Testing

@testable import Forms

/// A form drawn here, and photos of it. The network of these tests counts nothing: it tells a wide piece of ink from a
/// narrow one.
@Suite struct FormReaderTests {
  static let rows = 900, columns = 640
  static let template = FormTemplate(
    name: "Card", reference: Photo(image: form(seed: 1), rows: rows, columns: columns),
    fields: [
      FormField(
        name: "number",
        kind: .digits(Box(rows: 300..<360, columns: 100..<340), pattern: "####")),
      FormField(name: "yes", kind: .check(Box(rows: 450..<480, columns: 100..<130))),
      FormField(
        name: "which",
        kind: .mark([
          FormField.Choice(value: "a", box: Box(rows: 520..<550, columns: 100..<130)),
          FormField.Choice(value: "b", box: Box(rows: 520..<550, columns: 200..<230)),
        ])),
    ])

  /// Blocks like words in lines, four boxes for digits, three to tick.
  static func form(seed: Int) -> GrayImage {
    var image = GrayImage(rows: rows, columns: columns, filledWith: 255)
    let lines = [60, 90, 120, 270, 420, 600, 640, 800, 840]
    for (rows, columns) in blocksLikeWords(lines: lines, columns: 60..<520, seed: seed) {
      image.fill(rows, columns, with: 20)
    }
    for cell in 0..<4 { image.frame(300..<360, 100 + 60 * cell..<160 + 60 * cell) }
    image.frame(450..<480, 100..<130)
    image.frame(520..<550, 100..<130)
    image.frame(520..<550, 200..<230)
    return image
  }

  /// The form with a narrow digit, two wide ones and another narrow one; the boxes `yes` and `b` ticked.
  static var filled: GrayImage {
    var image = form(seed: 1)
    for (cell, width) in [6, 26, 26, 6].enumerated() {
      let middle = 130 + 60 * cell
      image.frame(312..<348, middle - width / 2..<middle + width / 2, width: 4)
    }
    for step in 0..<20 {
      image.fill(455 + step..<459 + step, 104 + step..<108 + step, with: 40)
      image.fill(525 + step..<529 + step, 204 + step..<208 + step, with: 40)
    }
    return image
  }

  static func reader(_ templates: [FormTemplate] = [template]) throws -> FormReader {
    try FormReader(templates, recognizer: Recognizer(classifier: WidthReader()))
  }

  /// The page on a table, through a map from the photo to the page.
  static func photo(of page: GrayImage, rows: Int, columns: Int, _ map: Homography) -> Photo {
    var image = GrayImage(rows: rows, columns: columns, filledWith: 60)
    for row in 0..<rows {
      for column in 0..<columns {
        let place = map(Point(row: Double(row) + 0.5, column: Double(column) + 0.5))
        image[row, column] = UInt8(
          page.bilinear(row: place.row - 0.5, column: place.column - 0.5, paper: 60))
      }
    }
    return Photo(image: image, rows: rows, columns: columns)
  }

  @Test func theFormItselfIsReadWithoutADoubt() throws {
    let reading = try Self.reader().read(
      Photo(image: Self.filled, rows: Self.rows, columns: Self.columns), file: "p")
    #expect(reading.template == "Card" && reading.quarterTurns == 0 && reading.found > 0.9)
    #expect(reading.fields.map(\.value) == ["1001", "true", "b"])
    #expect(reading.fields.allSatisfy { $0.status == .ok })
    // The places of print are found to about a pixel.
    let box = reading.fields[1].box
    #expect(Box(rows: 452..<478, columns: 102..<128).isInside(box))
    #expect(box.isInside(Box(rows: 448..<482, columns: 98..<132)))
  }

  @Test func fieldsCanBeShown() throws {
    let form = Self.template.reference
    let reader = try Self.reader()
    #expect(try reader.read(form, file: "f").fields.allSatisfy { $0.picture == nil })
    let shown = try reader.read(form, file: "f", showsFields: true)
    for (reading, field) in zip(shown.fields, Self.template.fields) {
      let picture = try #require(reading.picture)
      // With some of what is around it.
      #expect(picture.columns > field.box.width && picture.rows > field.box.height)
      #expect(picture.pixels.contains { $0 < 100 } && picture.pixels.contains { $0 > 200 })
    }
  }

  @Test func anEmptyFormIsEmpty() throws {
    let reading = try Self.reader().read(Self.template.reference, file: "p")
    #expect(reading.fields.map(\.value) == ["", "false", ""])
    #expect(reading.fields.map(\.status) == [.empty, .ok, .empty])
  }

  @Test(arguments: 0..<4)
  func turnedInPerspectiveAndSmaller(quarterTurns: Int) throws {
    let camera = Homography(values: [0.92, 0.07, -60, -0.06, 0.9, -20, 0.00004, 0.00003, 1])
    let photo = Self.photo(of: Self.filled, rows: 1080, columns: 840, camera)
    let turned = photo.image.turned(quarterTurns: quarterTurns)
    let reading = try Self.reader().read(
      Photo(image: turned, rows: turned.rows, columns: turned.columns), file: "p")
    #expect(reading.fields.map(\.value) == ["1001", "true", "b"])
    #expect(reading.quarterTurns == (4 - quarterTurns) % 4)
  }

  @Test func theSamePhotoIsReadTheSameWay() throws {
    let photo = Photo(image: Self.filled, rows: Self.rows, columns: Self.columns)
    let reader = try Self.reader()
    let (a, b) = (try reader.read(photo, file: "p"), try reader.read(photo, file: "p"))
    #expect(a.found == b.found)
    #expect(a.fields.map(\.confidence) == b.fields.map(\.confidence))
  }

  @Test func theFormThatFitsIsUsed() throws {
    let other = FormTemplate(
      name: "Other",
      reference: Photo(image: Self.form(seed: 7), rows: Self.rows, columns: Self.columns),
      fields: Self.template.fields)
    let reading = try Self.reader([other, Self.template]).read(
      Photo(image: Self.filled, rows: Self.rows, columns: Self.columns), file: "p")
    #expect(reading.template == "Card")
  }

  private func message(_ image: GrayImage) -> String {
    do {
      _ = try Self.reader().read(
        Photo(image: image, rows: image.rows, columns: image.columns), file: "p")
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func otherPagesAreNamed() {
    let other =
      "p: expected one form: Card, found another page, or less than half of it; look at the page, or name its template"
    #expect(message(GrayImage(rows: 500, columns: 400, filledWith: 255)) == other)
    #expect(message(GrayImage(rows: 1, columns: 1, filledWith: 0)) == other)
    #expect(message(GrayImage(rows: 3, columns: 2000, filledWith: 90)) == other)
    var print = Self.form(seed: 99)
    print.fill(290..<560, 0..<Self.columns, with: 255)
    #expect(message(print) == other)
  }

  @Test func twoFormsInOnePhotoAreNamed() {
    let filled = Self.filled
    var both = GrayImage(rows: Self.rows, columns: 2 * Self.columns + 60, filledWith: 60)
    for row in 0..<Self.rows {
      for column in 0..<Self.columns {
        both[row, column] = filled[row, column]
        both[row, column + Self.columns + 60] = filled[row, column]
      }
    }
    #expect(
      message(both)
        == "p: expected one form: Card, found more than one; photograph each form by itself")
  }

  @Test func aFormWithoutPrintIsRefused() {
    let blank = FormTemplate(
      name: "Blank",
      reference: Photo(
        image: GrayImage(rows: 300, columns: 200, filledWith: 255), rows: 300, columns: 200),
      fields: Self.template.fields)
    let error = #expect(throws: FileError.self) { try Self.reader([blank]) }
    #expect(
      error?.description
        == "Blank: expected a reference with print to find the form by, found 0 places that can be told from others, of 12"
    )
  }
}

/// Tells a 1, which is narrow, from a 0.
struct WidthReader: TileClassifier {
  func probabilities(of tiles: [[Float]]) -> [[Float]] {
    tiles.map { tile in
      let used = (0..<28).filter { column in (0..<28).contains { tile[28 * $0 + column] > 0.5 } }
      var answer = [Float](repeating: 0, count: 10)
      answer[used.count < 10 ? 1 : 0] = 1
      return answer
    }
  }
}

extension GrayImage {
  mutating func fill(_ rows: Range<Int>, _ columns: Range<Int>, with value: UInt8) {
    for row in rows.clamped(to: 0..<self.rows) {
      for column in columns.clamped(to: 0..<self.columns) { self[row, column] = value }
    }
  }

  mutating func frame(_ rows: Range<Int>, _ columns: Range<Int>, width: Int = 2) {
    fill(rows.lowerBound..<rows.lowerBound + width, columns, with: 20)
    fill(rows.upperBound - width..<rows.upperBound, columns, with: 20)
    fill(rows, columns.lowerBound..<columns.lowerBound + width, with: 20)
    fill(rows, columns.upperBound - width..<columns.upperBound, with: 20)
  }
}
