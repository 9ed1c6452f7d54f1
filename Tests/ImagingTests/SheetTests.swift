import Imaging
import Testing

@Suite struct SheetTests {
  /// A photo 600 × 800 whose pixels follow from row and column.
  private func photo(_ light: (Int, Int) -> Int) -> GrayImage {
    let pixels = (0..<600).flatMap { row in (0..<800).map { UInt8(light(row, $0)) } }
    return GrayImage(rows: 600, columns: 800, pixels: pixels)
  }

  /// A slanted sheet of 320 × 420 pixels or so on a dark table with bright streaks.
  private func onTable(_ row: Int, _ column: Int) -> Bool {
    let (y, x) = (row - 300, column - 400)
    return abs(10 * y + x) < 1600 && abs(10 * x - y) < 2100
  }

  @Test func aSheetOnATableIsFound() throws {
    let picture = photo { row, column in
      guard onTable(row, column) else { return row % 40 < 3 ? 150 : 90 }
      return 290...310 ~= row && 300...500 ~= column ? 30 : 210
    }
    let sheet = try #require(Sheet(in: picture))
    #expect(abs(sheet.box.height - 350) < 30 && abs(sheet.box.width - 450) < 30)
    #expect((sheet.picture.rows, sheet.picture.columns) == (sheet.box.height, sheet.box.width))
    // The table is gone, the writing is not.
    #expect(!sheet.picture.pixels.contains { (60..<180).contains($0) })
    let writing = sheet.picture.mask(upTo: 60)
    #expect(writing.count == 21 * 201)
  }

  @Test func paperThatFillsThePhotoIsNone() {
    #expect(Sheet(in: photo { _, _ in 200 }) == nil)
    #expect(Sheet(in: photo { row, column in row / 20 % 5 == 0 && column < 700 ? 40 : 220 }) == nil)
  }

  @Test func aShadowHasNoSharpSides() {
    // Light that falls off from the middle.
    let lamp = photo { row, column in
      let (y, x) = (Double(row - 300) / 300, Double(column - 400) / 400)
      return Int(230 - 80 * min(2, y * y + x * x))
    }
    #expect(Sheet(in: lamp) == nil)
    // A hard edge, but only one.
    #expect(Sheet(in: photo { _, column in column < 300 ? 80 : 220 }) == nil)
  }

  @Test func aThickStrokeInACutOutIsNone() {
    let small = GrayImage(
      rows: 100, columns: 100,
      pixels: (0..<10_000).map { 30..<70 ~= $0 % 100 && 10..<90 ~= $0 / 100 ? 255 : 0 })
    #expect(Sheet(in: small) == nil)
  }
}
