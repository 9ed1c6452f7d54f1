import Imaging
import Recognition
import TestSupport
import Testing

@testable import Forms

/// Tables drawn here. The network of these tests tells a wide piece of ink, a 0, from a narrow one, a 1.
@Suite struct TableReaderTests {
  private static let rows = 1000, columns = 1200
  private static let reader = TableReader(recognizer: Recognizer(classifier: WidthReader()))

  private func tables(on image: GrayImage) -> [TableReading] {
    Self.reader.tables(
      on: Photo(image: image, rows: image.rows, columns: image.columns), minimumConfidence: 0.45)
  }

  private func texts(on image: GrayImage) -> [[[String]]] {
    tables(on: image).map { $0.rows.map { $0.map(\.text) } }
  }

  private static let numbers = [
    ["10", "0", "01"], ["", "110", "1"], ["0", "00", ""], ["101", "1", "0"],
  ]

  /// Numbers in rows of 80 and columns of 240 pixels.
  private static func page(lines: Bool, sides: Bool = true, breaks: Bool = false) -> GrayImage {
    var image = GrayImage(rows: rows, columns: columns, filledWith: 255)
    for (row, texts) in numbers.enumerated() {
      for (column, text) in texts.enumerated() {
        for (place, digit) in text.enumerated() {
          let left = 290 + 240 * column + 28 * place
          let width = digit == "1" ? 5 : 24
          image.frame(
            220 + 80 * row..<256 + 80 * row, left + (24 - width) / 2..<left + (24 + width) / 2,
            width: 4)
        }
      }
    }
    guard lines else { return image }
    for line in 0...4 { image.fill(200 + 80 * line..<203 + 80 * line, 240..<960, with: 20) }
    for line in 0...3 where sides || (1...2).contains(line) {
      image.fill(200..<523, 240 + 240 * line..<243 + 240 * line, with: 20)
    }
    if breaks {
      for row in [230, 330, 470] { image.fill(row..<row + 14, 700..<740, with: 255) }
      for column in [300, 800] { image.fill(270..<290, column..<column + 20, with: 255) }
    }
    return image
  }

  @Test func aRuledTableIsReadCellByCell() throws {
    let tables = tables(on: Self.page(lines: true))
    let table = try #require(tables.first)
    #expect(tables.count == 1)
    #expect(table.rows.map { $0.map(\.text) } == Self.numbers)
    #expect(table.doubtful == 0 && table.columns == 3)
    // The cell of the second row and column.
    let box = table.rows[1][1].box
    #expect(abs(box.rows.lowerBound - 282) <= 6 && abs(box.rows.upperBound - 360) <= 6)
    #expect(abs(box.columns.lowerBound - 482) <= 6 && abs(box.columns.upperBound - 720) <= 6)
  }

  @Test func outerLinesMayBeMissingAndLinesBroken() {
    #expect(texts(on: Self.page(lines: true, sides: false)) == [Self.numbers])
    #expect(texts(on: Self.page(lines: true, breaks: true)) == [Self.numbers])
  }

  @Test func aTableInPerspectiveIsSetStraight() {
    let camera = Homography(values: [0.97, 0.08, -40, -0.09, 0.95, 90, 0.00005, 0.00006, 1])
    let photo = FormReaderTests.photo(
      of: Self.page(lines: true), rows: Self.rows, columns: Self.columns, camera)
    #expect(texts(on: photo.image) == [Self.numbers])
  }

  @Test func numbersStandInColumnsAlsoWithoutLines() {
    #expect(texts(on: Self.page(lines: false)) == [Self.numbers])
  }

  @Test func whereRowsAndColumnsLeanTheyAreFoundAsWell() throws {
    // Of the columns one leans to the left and one to the right, as in perspective.
    var digits: [Box] = []
    for row in 0..<8 {
      for column in 0..<3 {
        let left = 100 + 200 * column + (column - 1) * 4 * row + (row % 2) * 20
        let top = 100 + 70 * row + 8 * column
        digits.append(Box(rows: top..<top + 30, columns: left..<left + 20))
        digits.append(Box(rows: top..<top + 30, columns: left + 28..<left + 48))
      }
    }
    let grid = try #require(NumberColumns(digits, among: []).grid(rows: 800, columns: 800))
    #expect(grid.rows == 8 && grid.columns == 3)
    for (index, cell) in grid.boxes.enumerated() {
      let pair = digits[2 * index].union(digits[2 * index + 1])
      #expect(pair.isInside(cell), "\(index)")
    }
  }

  @Test func aPointJoinsTheDigitsOfANumberAndOneNumberIsNoTable() {
    let digits = [0, 40, 200, 240].flatMap { left in
      [0, 60].map { Box(rows: $0..<$0 + 30, columns: left..<left + 20) }
    }
    let points = [24, 224].flatMap { left in
      [20, 80].map { row in
        Region(runs: (0..<6).map { Run(row: row + $0, columns: left..<left + 6) })
      }
    }
    #expect(NumberColumns(digits, among: points).grid(rows: 100, columns: 300)?.columns == 2)
    #expect(NumberColumns(Array(digits.prefix(1)), among: []).grid(rows: 9, columns: 9) == nil)
    #expect(NumberColumns([], among: []).grid(rows: 9, columns: 9) == nil)
  }

  @Test func paperNoiseAndOnePixelHaveNoTable() {
    #expect(tables(on: GrayImage(rows: 400, columns: 300, filledWith: 255)).isEmpty)
    #expect(tables(on: GrayImage(rows: 1, columns: 1, filledWith: 0)).isEmpty)
    #expect(tables(on: GrayImage(rows: 1, columns: 3000, filledWith: 9)).isEmpty)
    // Lines alone are no table of numbers.
    var lines = GrayImage(rows: 1000, columns: 1200, filledWith: 255)
    for line in 0...4 { lines.fill(200 + 80 * line..<203 + 80 * line, 240..<960, with: 20) }
    for line in 0...3 { lines.fill(200..<523, 240 + 240 * line..<243 + 240 * line, with: 20) }
    #expect(tables(on: lines).isEmpty)
  }

  @Test func thousandsOfLinesTakeNoTimeToSpeakOf() {
    var image = GrayImage(rows: 3000, columns: 3000, filledWith: 255)
    for line in 0..<150 {
      image.fill(20 * line..<20 * line + 2, 0..<3000, with: 0)
      image.fill(0..<3000, 20 * line..<20 * line + 2, with: 0)
    }
    var count = 0
    let took = ContinuousClock().measure { count = tables(on: image).count }
    #expect(count <= 1 && took < .seconds(20))
  }
}
